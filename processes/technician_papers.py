"""In: a certificate, a signed sheet. Out: the meter's papers with it. I/O: the journal.

Both are kept by their hash; the same file given again writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.metering.calibration.error_curve import ErrorCurve
from energy.metering.meter import Meter
from energy.metering.meter_papers import MeterPapers, papers_id
from processes.field_documents import Document
from processes.technician_desk import FieldDesk
from processes.technician_record import record_of
from processes.technician_retire import last_sheeted
from processes.technician_values import FieldRefusedError, Remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a calibration certificate says."""

    document: Document
    laboratory: str
    tested_on: date
    valid_until: date
    error_percent: Fraction | None = None
    """[%]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of a paper."""

    point: str
    serial: str
    at: str
    """Instant, ISO."""
    position: int
    documents: tuple[str, ...]
    """SHA-256, in hex."""
    expired: bool = False
    """Whether a certificate has ended already."""
    act: str = ""
    """What a sheet is of."""
    again: bool = False


def calibrate(
    desk: FieldDesk,
    point: str,
    certificate: Certificate,
    remarks: Remarks,
    *,
    accuracy_class: str = "",
    curve: ErrorCurve | None = None,
) -> Filed:
    """File the certificate of the meter that serves a point.

    Args:
        desk: The site.
        point: The metering point.
        certificate: What it says.
        remarks: Who brought it.
        accuracy_class: As printed, such as "B" or "0.5S"; "" where it is not said.
        curve: Errors that were found at the load points; None where it lists none.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: No meter serves it.
        PapersError: Its dates do not fit.
    """
    desk.ready()
    meter = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    if meter.serial is None:
        raise FieldRefusedError.of("meter.none", point=point)
    papers, now = papers_of(desk, point), desk.clock.now()
    sha256 = certificate.document.sha256
    command = id_of("field calibrate", desk.site.key, point, meter.serial, sha256)
    again = papers.seen(command)
    if not again:
        papers.calibrate(
            at=now,
            serial=meter.serial,
            certificate=sha256,
            laboratory=certificate.laboratory,
            tested_on=certificate.tested_on,
            valid_until=certificate.valid_until,
            error_percent=certificate.error_percent,
            record=record_of(desk, remarks, (), "field calibrate"),
            command_id=command,
            accuracy_class=accuracy_class.strip(),
            curve=curve,
        )
        desk.keep([certificate.document])
    return Filed(
        point=point,
        serial=meter.serial,
        at=now.isoformat(),
        position=store_papers(desk, papers),
        documents=(sha256,),
        expired=certificate.valid_until < local_day(now, desk.site.zone),
        again=again,
    )


def close_record(desk: FieldDesk, point: str, remarks: Remarks) -> Filed:
    """Keep the signed sheet of what was done last at a point.

    Args:
        desk: The site.
        point: The metering point.
        remarks: The photos of the sheet, and who closes the record.

    Raises:
        UnknownMeterError: The site has no such point.
        FieldRefusedError: Nothing was done there that a sheet is signed for.
        PapersError: There is no photo.
    """
    desk.ready()
    meter: Meter | None = desk.meter(point)
    if meter is None:
        raise UnknownMeterError(point)
    act = last_sheeted(desk, point)
    if act is None or act.serial is None:
        raise FieldRefusedError.of("meter.nothing_done", point=point)
    sheets = [photo.sha256 for photo in remarks.photos]
    papers, now = papers_of(desk, point), desk.clock.now()
    command = id_of("field close", desk.site.key, point, act.at.isoformat(), *sheets)
    again = papers.seen(command)
    if not again:
        papers.close_record(
            at=now,
            serial=act.serial,
            act=act.did.value,
            act_at=act.at,
            sheets=sheets,
            record=record_of(desk, remarks, (), "field close"),
            command_id=command,
        )
    return Filed(
        point=point,
        serial=act.serial,
        at=now.isoformat(),
        position=store_papers(desk, papers),
        documents=tuple(sheets),
        act=act.did.value,
        again=again,
    )


def papers_of(desk: FieldDesk, point: str) -> MeterPapers:
    """Return the papers of a point, begun now when there are none."""
    site = desk.site.key
    known: MeterPapers | None = desk.metering.find(papers_id(site, point))
    if known is not None:
        return known
    return MeterPapers(site=site, point=point, command_id=id_of("meter papers", site, point))


def store_papers(desk: FieldDesk, papers: MeterPapers) -> int:
    """Store new papers and let the views see them; return the last position.

    Raises:
        ConflictError: Somebody else filed a paper of the same point first.
    """
    position = desk.store(papers)
    desk.settle()
    return position
