"""In: a rated run and its drafts. Out: the SHA-256 that an approval signs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from billing.canonical import canonical_json, sha256_of
from billing.runs.bill_run import BillRun


def seal_of(run: BillRun, drafts: Mapping[str, str], held: Collection[str]) -> str:
    """Return the SHA-256 over what is approved, so that it is what is issued.

    Args:
        run: The run with its decisions.
        drafts: SHA-256 of each draft, by account.
        held: Accounts that stay out.
    """
    return sha256_of(
        canonical_json(
            {
                "run": run.key,
                "drafts": sorted(drafts.items()),
                "held": sorted(held),
                "decisions": sorted(
                    [key, each.choice.value, each.account] for key, each in run.decisions.items()
                ),
            }
        )
    )
