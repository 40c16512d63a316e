"""Decoding the streams that hold the structure of a PDF: Flate with its predictors (ISO 32000-2, 7.4.4)."""

import zlib
from typing import Final

from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Dictionary, Stream, Value

__all__ = ["decoded"]

PNG_PREDICTORS: Final = range(10, 16)
MAX_COLUMNS: Final = 1 << 16


def decoded(stream: Stream, *, most: int) -> bytes:
    """Return the data of a stream. Raise `PDFLimitExceeded` beyond `most` octets, `PDFMalformed` for other codes.

    Filters and their parameters stand in the stream's own dictionary here; structure needs no others (7.5.7, 7.5.8).
    """
    filters, parameters = stream.dictionary.get("Filter"), stream.dictionary.get("DecodeParms")
    if filters is None or filters == ():
        if len(stream.data) > most:
            raise PDFLimitExceeded(limit="stream", allowed=most)
        return stream.data
    if isinstance(filters, tuple):
        if filters != ("FlateDecode",):
            raise PDFMalformed
        parameters = parameters[0] if isinstance(parameters, tuple) and len(parameters) == 1 else parameters
    elif filters != "FlateDecode":
        raise PDFMalformed
    return unpredicted(inflated(stream.data, most), {} if parameters is None else parameters, most)


def inflated(data: bytes, most: int) -> bytes:
    """Return what Deflate compressed."""
    decoder = zlib.decompressobj()
    try:
        whole = decoder.decompress(data, most + 1)
    except zlib.error:
        raise PDFMalformed from None
    if len(whole) > most:
        raise PDFLimitExceeded(limit="stream", allowed=most)
    if not decoder.eof:
        raise PDFMalformed  # cut off, or its checksum is missing
    return whole


def unpredicted(data: bytes, parameters: Value, most: int) -> bytes:
    """Undo the predictor of a stream (7.4.4.4): none, or those of PNG with one octet for each sample."""
    if not isinstance(parameters, dict):
        raise PDFMalformed
    predictor = parameters.get("Predictor", 1)
    if predictor == 1:
        return data
    columns = samples(parameters)
    if predictor not in PNG_PREDICTORS or len(data) % (columns + 1):
        raise PDFMalformed
    rows, above = bytearray(), bytes(columns)
    for start in range(0, min(len(data), most), columns + 1):
        above = row_after(above, data[start], data[start + 1 : start + 1 + columns])
        rows += above
    return bytes(rows)


def samples(parameters: Dictionary) -> int:
    """Return the octets of a row."""
    columns = parameters.get("Columns", 1)
    plain = parameters.get("Colors", 1) == 1 and parameters.get("BitsPerComponent", 8) == 8  # noqa: PLR2004 - bits
    if not plain or not isinstance(columns, int) or not 0 < columns <= MAX_COLUMNS:
        raise PDFMalformed
    return columns


def row_after(above: bytes, kind: int, row: bytes) -> bytes:
    """Return a row whose samples tell how they differ from those around them (PNG, 9.2), one octet a sample."""
    match kind:
        case 0:
            return row
        case 2:
            return bytes((one + up) & 0xFF for one, up in zip(row, above, strict=True))
        case 1 | 3 | 4:
            return from_left(above, kind, row)
        case _:
            raise PDFMalformed


def from_left(above: bytes, kind: int, row: bytes) -> bytes:
    """Return a row that was predicted from what stands to the left too: Sub, Average or Paeth."""
    made = bytearray()
    left = upper_left = 0
    for one, up in zip(row, above, strict=True):
        match kind:
            case 1:
                guess = left
            case 3:
                guess = (left + up) // 2
            case _:
                guess = paeth(left, up, upper_left)
        left, upper_left = (one + guess) & 0xFF, up
        made.append(left)
    return bytes(made)


def paeth(left: int, up: int, upper_left: int) -> int:
    """Return the neighbour that is nearest to what they predict together (PNG, 9.4)."""
    guess = left + up - upper_left
    return min((left, up, upper_left), key=lambda one: abs(guess - one))
