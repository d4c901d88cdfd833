"""The fields of sparkplug_b.proto that we read, as classes of the `protobuf` package."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_TYPES = {
    "u64": 4, "u32": 13, "bool": 8, "text": 9, "bytes": 12, "f32": 2, "f64": 1, "message": 11,
}  # fmt: skip
_MESSAGES: dict[str, list[tuple[str, int, str, str]]] = {
    "PropertyValue": [
        ("type", 1, "u32", ""),
        ("is_null", 2, "bool", ""),
        ("int_value", 3, "u32", ""),
        ("long_value", 4, "u64", ""),
        ("float_value", 5, "f32", ""),
        ("double_value", 6, "f64", ""),
        ("boolean_value", 7, "bool", ""),
        ("string_value", 8, "text", ""),
    ],
    "PropertySet": [("keys", 1, "text", "*"), ("values", 2, "message", "*PropertyValue")],
    "Metric": [
        ("name", 1, "text", ""),
        ("alias", 2, "u64", ""),
        ("timestamp", 3, "u64", ""),
        ("datatype", 4, "u32", ""),
        ("is_historical", 5, "bool", ""),
        ("is_transient", 6, "bool", ""),
        ("is_null", 7, "bool", ""),
        ("metadata", 8, "bytes", ""),
        ("properties", 9, "message", "PropertySet"),
        ("int_value", 10, "u32", ""),
        ("long_value", 11, "u64", ""),
        ("float_value", 12, "f32", ""),
        ("double_value", 13, "f64", ""),
        ("boolean_value", 14, "bool", ""),
        ("string_value", 15, "text", ""),
        ("bytes_value", 16, "bytes", ""),
    ],
    "Payload": [
        ("timestamp", 1, "u64", ""),
        ("metrics", 2, "message", "*Metric"),
        ("seq", 3, "u64", ""),
        ("uuid", 4, "text", ""),
        ("body", 5, "bytes", ""),
    ],
}


def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="sparkplug_b_test.proto", package="spb", syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            made = message.field.add(
                name=field, number=number, type=_TYPES[kind], label=3 if of[:1] == "*" else 1
            )
            if kind == "message":
                made.type_name = f".spb.{of.lstrip('*')}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("spb.Payload"))


Payload = _payload_class()


def metric(name: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return the fields of a metric; `properties` as names and values."""
    made = dict(fields) if name is None else {"name": name, **fields}
    if "properties" in made:
        known = made.pop("properties")
        made["properties"] = {
            "keys": list(known),
            "values": [
                {"string_value": v} if isinstance(v, str) else {"int_value": v}
                for v in known.values()
            ],
        }
    return made


def payload(*metrics: dict[str, Any], seq: int | None = 0, timestamp: int = 1795241133000) -> bytes:
    """Return the bytes of a payload as the `protobuf` package makes them."""
    made = Payload(timestamp=timestamp, metrics=list(metrics))
    if seq is not None:
        made.seq = seq
    return bytes(made.SerializeToString())
