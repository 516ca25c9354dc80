"""Writes test/golden/tables: one table of events in every form that pyarrow writes, and types that need care.

pip install pyarrow==26.0.1; python test/golden/tables.py
"""

import datetime
import decimal
import pathlib

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "tables"
FOLDER.mkdir(exist_ok=True)
N = 23
UTC = datetime.timezone.utc


def holes(values, every, at=1):
    return [None if k % every == at else value for k, value in enumerate(values)]


def events():
    """Rows of 5 entities, which stand together."""
    when = [datetime.datetime(2024, 1, 1, tzinfo=UTC) + datetime.timedelta(hours=7 * k, microseconds=1500 * k) for k in range(N)]
    columns = {
        "who": pa.array([f"e{k // 5}" for k in range(N)]),
        "when": pa.array(when, pa.timestamp("us", "UTC")),
        "kind": pa.array(holes([["food", "fuel", "wéb"][k * k % 3] for k in range(N)], 7)).dictionary_encode(),
        "place": pa.array(holes([f"p{k % 4}" for k in range(N)], 5)),
        "whole": pa.array(holes([(k - 9) * 1_000_003 for k in range(N)], 6), pa.int64()),
        "small": pa.array([k % 5 - 2 for k in range(N)], pa.int8()),
        "plus": pa.array([4_000_000_000 + k for k in range(N)], pa.uint32()),
        "single": pa.array(holes([0.1 * k for k in range(N)], 4), pa.float32()),
        "double": pa.array(holes([k / 7 for k in range(N)], 9), pa.float64()),
        "money": pa.array(holes([decimal.Decimal(137 * k - 400) / 100 for k in range(N)], 8), pa.decimal128(9, 2)),
        "yes": pa.array(holes([k % 3 == 0 for k in range(N)], 10), pa.bool_()),
        "fraud": pa.array([k % 4 == 0 for k in range(N)]).cast(pa.int32()),
    }
    return pa.table(columns)


def plain(table):
    """The cells as a CSV has them: floats with all their digits, truth as 1 and 0, a missing cell empty."""
    def text(value):
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(int(value))
        if isinstance(value, datetime.datetime):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return repr(value) if isinstance(value, float) else str(value)

    rows = [",".join(table.column_names)]
    rows += [",".join(text(value) for value in row.values()) for row in table.to_pylist()]
    return "\n".join(rows) + "\n"


table = events()
(FOLDER / "events.csv").write_text(plain(table))
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    version = "2.0" if codec in ("none", "zstd") else "1.0"
    pq.write_table(table, FOLDER / f"{codec}.parquet", compression=codec, row_group_size=8, data_page_version=version, use_dictionary=codec != "gzip")
for name, make in [("events.arrow", pa.ipc.new_file), ("events.arrows", pa.ipc.new_stream)]:
    with make(FOLDER / name, table.schema) as writer:
        writer.write_table(table, max_chunksize=8)
for codec in ["lz4", "zstd"]:
    pyarrow.feather.write_feather(table, FOLDER / f"{codec}.feather", compression=codec, chunksize=8)

care = pa.table({
    "day": pa.array([datetime.date(2024, 2, 29), None], pa.date32()),
    "ms": pa.array([1_700_000_000_123, None], pa.timestamp("ms")),
    "ns": pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns")),
    "seconds": pa.array([1_700_000_000, -1], pa.timestamp("s")),
    "clock": pa.array([datetime.time(1, 0, 0, 500), None], pa.time64("us")),
    "wide": pa.array([decimal.Decimal("12345678.901"), decimal.Decimal("-0.300")], pa.decimal128(25, 3)),
    "account": pa.array([9_007_199_254_740_993, None], pa.int64()),
    "half": pa.array([0.5, None], pa.float16()),
    "list": pa.array([[1.0, 2.0], []], pa.list_(pa.float64())),
    "record": pa.array([{"a": 1}, None], pa.struct([("a", pa.int64())])),
    "bytes": pa.array([b"\xff\xfe", b"ok"], pa.binary()),
    "empty": pa.array([None, None], pa.null()),
})
pq.write_table(care, FOLDER / "care.parquet")
pq.write_table(care.select(["account", "half"]), FOLDER / "no-statistics.parquet", write_statistics=False)
pq.write_table(care.select(["ns"]), FOLDER / "int96.parquet", use_deprecated_int96_timestamps=True)
with pa.ipc.new_file(FOLDER / "care.arrow", care.schema) as writer:
    writer.write_table(care)
