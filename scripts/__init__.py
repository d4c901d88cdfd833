"""Commands: parse, call, print, exit code; no logic lives here.

Help pages and refusals are written by `scripts.commands.help_page`: typer is kept from importing
its own, which are a tenth of a second of every command (rich's Markdown, highlighting, panels).
"""

from __future__ import annotations

import sys

sys.modules.setdefault("typer.rich_utils", None)  # type: ignore[arg-type]
