"""Papers for people, as PDF in English, Chinese or both: bills, notices, receipts, sheets."""
