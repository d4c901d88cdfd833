"""In: a case, the installation's secret. Out: the code by which an applicant is shown it. Pure.

Who has no account yet has the number of the case and this code, told once at the counter. It is
kept nowhere: it follows from the id of the case and the secret of the installation.
"""

from __future__ import annotations

import base64
import hmac
from uuid import UUID

from energy.base.secrets import PersonVault

_OCTETS = 5


def case_code(vault: PersonVault, case: UUID) -> str:
    """Return the code of a case: eight letters and digits, in two halves."""
    told = base64.b32encode(vault.digest(f"supply case {case}")[:_OCTETS]).decode()
    return f"{told[:4]}-{told[4:]}"


def code_fits(vault: PersonVault, case: UUID, typed: str) -> bool:
    """Return whether somebody typed the code of a case; its hyphen and its case do not matter."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return hmac.compare_digest(plain.encode(), case_code(vault, case).replace("-", "").encode())
