"""In: blocks of usage. Out: a Green Button file: an Atom feed of ESPI resources. I/O: a stream.

Each channel is a UsagePoint with its MeterReading and ReadingType, each block an IntervalBlock.
Values are whole base units. What is not known has no IntervalReading: ESPI has no value for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from adapters.files.export_block import (
    Block,
    ExportChannel,
    ExportError,
    ExportHead,
    ExportWriter,
    UsageBlock,
    What,
)
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility

ATOM, ESPI = "http://www.w3.org/2005/Atom", "http://naesb.org/espi"
SERVICE_KIND: Mapping[Utility, int] = {
    Utility.ELECTRICITY: 0,
    Utility.GAS: 1,
    Utility.WATER: 2,
    Utility.HEATING: 4,
    Utility.COOLING: 4,
}
COMMODITY: Mapping[Utility, int] = {
    Utility.ELECTRICITY: 1,
    Utility.GAS: 7,
    Utility.WATER: 9,
    Utility.HEATING: 12,
    Utility.COOLING: 13,
}
UNIT: Mapping[Utility, tuple[int, int]] = {
    Utility.ELECTRICITY: (72, 0),
    Utility.GAS: (42, -3),
    Utility.WATER: (42, -3),
    Utility.HEATING: (31, 2),
    Utility.COOLING: (31, 2),
}
"""Unit (72 Wh, 42 m3, 31 J) and power of ten of a base unit."""
QUALITY: Mapping[int, int] = {
    Quality.MEASURED: 0,
    Quality.CORRECTED: 7,
    Quality.MANUAL: 7,
    Quality.ESTIMATED: 8,
    Quality.INTERPOLATED: 9,
}
"""0 valid, 7 manually edited, 8 estimated, 9 estimated by linear interpolation."""
INTERVAL_S: Mapping[str, int] = {"hour": 3600, "day": 86_400}
_ENERGY, _VOLUME = 12, 58
_DELTA = 4
_FLOW = {"export": 19}
"""19 reverse; 1 forward."""


class GreenButtonWriter(ExportWriter):
    """Writes an Atom feed."""

    def __init__(self, file: BinaryIO, head: ExportHead) -> None:
        """Begin a feed.

        Args:
            file: Written to from its beginning.
            head: What is said once.

        Raises:
            ExportError: Readings were asked for: Green Button holds usage.
        """
        super().__init__(file, head)
        if head.what is not What.USAGE:
            raise ExportError.of("export.green_readings")
        self._channel = 0
        self._block = 0
        title = f"{head.site}, {head.every}, as of position {head.as_of}"
        self._put(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<feed xmlns="{ATOM}">\n<id>{_urn(self._id())}</id>\n'
            f"<title>{escape(title)}</title>\n<updated>{_instant(head.written_at)}</updated>\n"
        )

    def write(self, block: Block) -> None:
        """Add a block.

        Raises:
            ExportError: Green Button knows no unit of its utility.
        """
        assert isinstance(block, UsageBlock), "readings were refused"
        channel = block.channel
        if channel.utility not in UNIT:
            raise ExportError.of("export.green_unit", point=channel.point, utility=channel.utility)
        if channel.number != self._channel:
            self._channel, self._block = channel.number, 0
            self._begin_channel(block)
        self._intervals(block)

    def close(self) -> None:
        """End the feed."""
        self._put("</feed>\n")

    def _begin_channel(self, block: UsageBlock) -> None:
        channel = block.channel
        utility = channel.utility
        assert utility is not None, "what has usage has a utility"
        point, meter = self._paths(channel)
        kind = SERVICE_KIND[utility]
        self._entry(
            point,
            "UsagePoint",
            f"<ServiceCategory><kind>{kind}</kind></ServiceCategory>",
            title=f"{channel.name} ({channel.point})",
            related=[f"{point}/MeterReading"],
        )
        reading_type = f"ReadingType/{channel.number}"
        self._entry(
            meter,
            "MeterReading",
            "",
            title=channel.quantity,
            related=[f"{meter}/IntervalBlock", reading_type],
        )
        uom, power = UNIT[utility]
        self._entry(
            reading_type,
            "ReadingType",
            f"<accumulationBehaviour>{_DELTA}</accumulationBehaviour>"
            f"<commodity>{COMMODITY[utility]}</commodity>"
            f"<flowDirection>{_FLOW.get(channel.direction, 1)}</flowDirection>"
            f"<intervalLength>{self._interval_s(block)}</intervalLength>"
            f"<kind>{_VOLUME if uom == 42 else _ENERGY}</kind>"
            f"<powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>{uom}</uom>",
            title=channel.base_unit,
        )

    def _interval_s(self, block: UsageBlock) -> int:
        """Return the width of an interval; that of the first where they differ. [s]."""
        known = INTERVAL_S.get(self._head.every)
        return known or (block.end_us[0] - block.start_us[0]) // 1_000_000

    def _intervals(self, block: UsageBlock) -> None:
        self._block += 1
        _, meter = self._paths(block.channel)
        readings = [
            f"<IntervalReading>{_quality(quality)}"
            f"<timePeriod><duration>{(end_us - start_us) // 1_000_000}</duration>"
            f"<start>{start_us // 1_000_000}</start></timePeriod>"
            f"<value>{usage}</value></IntervalReading>"
            for start_us, end_us, usage, quality in zip(
                block.start_us, block.end_us, block.usage, block.quality, strict=True
            )
            if usage is not None
        ]
        first, last = block.start_us[0] // 1_000_000, block.end_us[-1] // 1_000_000
        self._entry(
            f"{meter}/IntervalBlock/{self._block}",
            "IntervalBlock",
            f"<interval><duration>{last - first}</duration><start>{first}</start></interval>"
            + "".join(readings),
            title="",
        )

    def _paths(self, channel: ExportChannel) -> tuple[str, str]:
        point = f"RetailCustomer/1/UsagePoint/{channel.number}"
        return point, f"{point}/MeterReading/1"

    def _entry(
        self,
        path: str,
        resource: str,
        content: str,
        *,
        title: str,
        related: list[str] | None = None,
    ) -> None:
        up = path.rpartition("/")[0]
        links = "".join(
            f'<link rel="{rel}" href={quoteattr(href)}/>'
            for rel, href in [("self", path), ("up", up), *(("related", r) for r in related or [])]
        )
        at = _instant(self._head.written_at)
        self._put(
            f"<entry><id>{_urn(self._id(path))}</id>{links}<title>{escape(title)}</title>"
            f'<content><{resource} xmlns="{ESPI}">{content}</{resource}></content>'
            f"<published>{at}</published><updated>{at}</updated></entry>\n"
        )

    def _id(self, path: str = "") -> UUID:
        head = self._head
        return id_of(
            "green button",
            head.site,
            head.every,
            head.first.isoformat(),
            head.end.isoformat(),
            str(head.as_of),
            path,
        )

    def _put(self, text: str) -> None:
        self._file.write(text.encode())


def _quality(code: int) -> str:
    known = QUALITY[Quality(code)]
    return f"<ReadingQuality><quality>{known}</quality></ReadingQuality>"


def _urn(identity: UUID) -> str:
    return f"urn:uuid:{str(identity).upper()}"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
