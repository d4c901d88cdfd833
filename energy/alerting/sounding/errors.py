"""In: nothing. Out: why an act on the sound of alerts was refused. Pure."""

from __future__ import annotations

from energy.base.errors import RefusedError


class SoundError(RefusedError):
    """An act on the sound was refused; nothing was written."""

    code = "sound"
    PART = "why.sound"
