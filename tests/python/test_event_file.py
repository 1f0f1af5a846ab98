# SPDX-License-Identifier: Apache-2.0
"""The TensorBoard file, read with nothing of ours: frames, checksums and messages from their specifications."""

import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def unmasked(crc):
    rotated = (crc - 0xA282EAD8) & 0xFFFFFFFF
    return ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF


def frames(data):
    while data:
        (length, length_crc) = struct.unpack("<QI", data[:12])
        assert unmasked(length_crc) == crc32c(data[:8])
        payload = data[12 : 12 + length]
        (payload_crc,) = struct.unpack("<I", data[12 + length : 16 + length])
        assert unmasked(payload_crc) == crc32c(payload)
        yield payload
        data = data[16 + length :]


def varint(data):
    value = shift = 0
    while True:
        byte, data = data[0], data[1:]
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, data


def fields(data):
    """(number, value) of each field of a message; bytes where it may be a message itself."""
    while data:
        key, data = varint(data)
        if key & 7 == 0:
            value, data = varint(data)
        elif key & 7 == 1:
            (value,), data = struct.unpack("<d", data[:8]), data[8:]
        elif key & 7 == 5:
            (value,), data = struct.unpack("<f", data[:4]), data[4:]
        else:
            assert key & 7 == 2
            length, data = varint(data)
            value, data = data[:length], data[length:]
        yield key >> 3, value


def events(folder):
    (path,) = folder.glob("events.out.tfevents.*")
    return [dict(fields(payload)) for payload in frames(path.read_bytes())]


WALL_TIME, STEP, FILE_VERSION, SUMMARY, SESSION_LOG = 1, 2, 3, 5, 7


def test_the_file_begins_with_its_version_and_the_start_of_a_session(writer, tmp_path):
    writer.run("events", tmp_path, 51)
    version, session = events(tmp_path)[:2]
    assert version[FILE_VERSION] == b"brain.Event:2"
    assert (session[STEP], dict(fields(session[SESSION_LOG]))) == (51, {1: 1})
    assert 1.7e9 < session[WALL_TIME] < 1e10


def test_curves_hold_the_finite_values_of_each_step(writer, tmp_path):
    writer.run("events", tmp_path, 51)
    points = []
    for event in events(tmp_path)[2:4]:
        for _, value in fields(event[SUMMARY]):
            value = dict(fields(value))
            points.append((event[STEP], value[1].decode(), value[2]))
    assert points == [(51, "reward", 12.75), (51, "loss", -1.5), (52, "reward", 13.0), (52, "loss", -1.5)]


def test_a_picture_is_stored_as_it_came_with_its_size(writer, tmp_path):
    writer.run("events", tmp_path, 51)
    event = events(tmp_path)[4]
    ((_, value),) = fields(event[SUMMARY])
    value = dict(fields(value))
    assert (event[STEP], value[1]) == (51, b"samples")
    assert dict(fields(value[4])) == {1: 300, 2: 2, 3: 3, 4: b"not really a PNG"}
