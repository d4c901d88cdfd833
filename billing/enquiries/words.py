"""In: what was said of an enquiry, sealed. Out: its words. I/O: the vault's keys."""

from __future__ import annotations

from billing.accounts.account import person_of
from billing.views.enquiries import EnquiryRow, Word
from energy.base.secrets import ERASED, PersonVault


def enquiry_words(vault: PersonVault, site: str, enquiry: EnquiryRow, word: Word) -> str:
    """Return the words, or ERASED where their key is gone.

    They are sealed under the key of the account; until release 006 under that of who said them.

    Args:
        vault: Opens them.
        site: Key of the site.
        enquiry: What was asked.
        word: What was said of it once.
    """
    told = vault.open(person_of(site, enquiry.account), word.words_sealed)
    return vault.open(word.person, word.words_sealed) if told == ERASED else told
