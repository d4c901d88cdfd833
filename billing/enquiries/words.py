"""In: what was said of an enquiry, sealed. Out: its words. I/O: the vault's keys."""

from __future__ import annotations

from billing.accounts.account import person_of
from billing.views.enquiries import EnquiryRow
from energy.base.secrets import ERASED, PersonVault


def enquiry_words(vault: PersonVault, site: str, enquiry: EnquiryRow) -> list[str]:
    """Return what was said of an enquiry, in its order; ERASED where the key is gone.

    It is sealed under the key of the account; until release 006 under that of who said it.

    Args:
        vault: Opens it.
        site: Key of the site.
        enquiry: With its words, sealed.
    """
    opened = vault.open_all(
        person_of(site, enquiry.account), [word.words_sealed for word in enquiry.words]
    )
    return [
        vault.open(word.person, word.words_sealed) if words == ERASED else words
        for word, words in zip(enquiry.words, opened, strict=True)
    ]
