#!/usr/bin/env python3
"""Checks the vectors of the Vesica protocol against its specification.

    python3 verify.py [folder of vectors ...]

Written from the texts in this folder and the RFCs they name, not from Vesica's code; Python's standard library only,
integers only. Prints one line for each file, and ends with code 0 when every file is right, else with 1.
"""

import hashlib
import json
import os
import sys

# ---- the field and the curve (RFC 9496, 4.1; RFC 8032, 5.1) ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def is_negative(x):
    return x % P & 1


def absolute(x):
    x %= P
    return P - x if x & 1 else x


def sqrt_ratio_m1(u, v):
    """RFC 9496, 4.2."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    correct = check == u % P
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


INVSQRT_A_MINUS_D = sqrt_ratio_m1(1, -1 - D)[1]
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
assert (SQRT_AD_MINUS_ONE**2 + D + 1) % P == 0
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P

IDENTITY = (0, 1, 1, 0)


def add(p, q):
    """Complete addition in extended coordinates, a = -1."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(k, p):
    result = IDENTITY
    while k:
        if k & 1:
            result = add(result, p)
        p = add(p, p)
        k >>= 1
    return result


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    x = sqrt_ratio_m1(y * y - 1, D * y * y + 1)[1]
    return x, y, 1, x * y % P


BASE = base_point()

# ---- ristretto255 (RFC 9496, 4.3) ----


def decode(data):
    """The element that 32 bytes encode, or None."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or is_negative(s):
        return None
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    u2_sqr = u2 * u2 % P
    v = (-D * u1 * u1 - u2_sqr) % P
    was_square, invsqrt = sqrt_ratio_m1(1, v * u2_sqr)
    den_x = invsqrt * u2 % P
    den_y = invsqrt * den_x * v % P
    x = absolute(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not was_square or is_negative(t) or y == 0:
        return None
    return x, y, 1, t


def encode(point):
    x0, y0, z0, t0 = point
    u1 = (z0 + y0) * (z0 - y0) % P
    u2 = x0 * y0 % P
    _, invsqrt = sqrt_ratio_m1(1, u1 * u2 * u2)
    den1, den2 = invsqrt * u1 % P, invsqrt * u2 % P
    z_inv = den1 * den2 * t0 % P
    if is_negative(t0 * z_inv):
        x, y, den_inv = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, den1 * INVSQRT_A_MINUS_D % P
    else:
        x, y, den_inv = x0, y0, den2
    if is_negative(x * z_inv):
        y = -y
    return absolute(den_inv * (z0 - y)).to_bytes(32, "little")


def elligator(t):
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = sqrt_ratio_m1(u, v)
    if was_square:
        c = -1
    else:
        s = -absolute(s * t) % P
        c = r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def one_way_map(uniform):
    halves = [int.from_bytes(uniform[i : i + 32], "little") % 2**255 % P for i in (0, 32)]
    return add(elligator(halves[0]), elligator(halves[1]))


def expand_message_xmd(message, dst, length):
    """RFC 9380, 5.3.1, over SHA-512; one block is all that 64 bytes need."""
    assert length == 64
    dst_prime = dst + bytes([len(dst)])
    b0 = hashlib.sha512(bytes(128) + message + length.to_bytes(2, "big") + b"\0" + dst_prime).digest()
    return hashlib.sha512(b0 + b"\1" + dst_prime).digest()


DST = b"VESICA-V1-HashToGroup-ristretto255-SHA512"


def hash_to_group(kind, key):
    name = kind.encode()
    return one_way_map(expand_message_xmd(bytes([len(name)]) + name + key, DST, 64))


# ---- Ed25519 (RFC 8032, 5.1) ----


def ed25519_encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed25519_sign(secret, message):
    digest = hashlib.sha512(secret).digest()
    a = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    public = ed25519_encode(multiply(a, BASE))
    r = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % ORDER
    big_r = ed25519_encode(multiply(r, BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little") % ORDER
    return public, big_r + ((r + k * a) % ORDER).to_bytes(32, "little")


# ---- messages (messages.md) ----


class Refused(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Refused(what)


class Reader:
    """The narrow MessagePack of messages.md."""

    def __init__(self, data):
        self.data, self.at, self.values = data, 0, 0

    def take(self, count):
        require(count <= len(self.data) - self.at, "a length past the end")
        self.at += count
        return self.data[self.at - count : self.at]

    def uint(self, count):
        return int.from_bytes(self.take(count), "big")

    def text(self, length):
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("text that is not UTF-8") from None

    def value(self, depth):
        require(depth <= 5, "too deep")
        self.values += 1
        require(self.values <= 65536, "too many values")
        tag = self.uint(1)
        if tag <= 0x7F:
            return tag
        if tag <= 0x8F:
            return self.map(tag & 15, depth)
        if tag <= 0x9F:
            return self.list(tag & 15, depth)
        if tag <= 0xBF:
            return self.text(tag & 31)
        if tag >= 0xE0:
            return tag - 256
        if tag in (0xC2, 0xC3):
            return tag == 0xC3
        if tag in (0xC4, 0xC5, 0xC6):
            return self.take(self.uint(2 ** (tag - 0xC4)))
        if tag in (0xCC, 0xCD, 0xCE):
            return self.uint(2 ** (tag - 0xCC))
        if tag in (0xD0, 0xD1, 0xD2):
            return int.from_bytes(self.take(2 ** (tag - 0xD0)), "big", signed=True)
        if tag in (0xD9, 0xDA):
            return self.text(self.uint(2 ** (tag - 0xD9)))
        if tag == 0xDC:
            return self.list(self.uint(2), depth)
        if tag == 0xDE:
            return self.map(self.uint(2), depth)
        raise Refused("type byte %#x" % tag)

    def list(self, count, depth):
        require(count <= len(self.data) - self.at, "a length past the end")
        return [self.value(depth + 1) for _ in range(count)]

    def map(self, count, depth):
        require(2 * count <= len(self.data) - self.at, "a length past the end")
        entries = {}
        for _ in range(count):
            tag = self.uint(1)
            require(0xA0 <= tag <= 0xBF, "a key that is not a short text")
            key = self.text(tag & 31)
            require(key not in entries, "a key twice")
            entries[key] = self.value(depth + 1)
        return entries


def integer(low, high):
    return lambda v: type(v) is int and low <= v <= high


def text(most):
    def check(v):
        plain = type(v) is str and len(v.encode()) <= most
        return plain and not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in v)

    return check


def octets(low, high):
    return lambda v: type(v) is bytes and low <= len(v) <= high


def one_of(*options):
    return lambda v: type(v) is str and v in options


def flag(v):
    return type(v) is bool


def list_of(low, high, item):
    return lambda v: type(v) is list and low <= len(v) <= high and all(map(item, v))


def map_of(**fields):
    def check(v):
        return type(v) is dict and v.keys() == fields.keys() and all(f(v[k]) for k, f in fields.items())

    return check


MOST = 2**27
STAGE = one_of("elements", "dummies", "keys", "list", "tags", "sums")
MEASURE = map_of(name=text(200), quantum=text(32), bound=text(32), statistic=one_of("sum", "sum-and-squares"))
TERMS = map_of(
    suite=text(64),
    mode=one_of("psi", "psi-ca", "aggregate"),
    initiatorRole=one_of("receiver", "sender", "both", "cohorts", "measures"),
    profile=one_of("uid2", "google", "meta", "pair"),
    keyTypes=list_of(1, 5, one_of("email", "phone", "maid", "customer_id", "domain")),
    purpose=text(200),
    disclosure=one_of("rows", "exact", "dp"),
    epsilon=text(32),
    delta=text(32),
    measures=list_of(0, 8, MEASURE),
    minCell=integer(0, MOST),
    minList=integer(0, MOST),
    shareLabels=flag,
    shareResults=flag,
    agreement=text(64),
)
ARMS = map_of(column=text(200), treatment=list_of(0, 4096, text(200)), control=text(200))
CELL = map_of(size=integer(0, MOST), label=list_of(0, 8, text(200)))
MESSAGES = {
    "hello": map_of(
        versions=list_of(1, 8, integer(1, 65535)),
        party=text(200),
        software=text(64),
        key=octets(32, 32),
        nonce=octets(32, 32),
    ),
    "offer": map_of(session=octets(32, 32), terms=TERMS),
    "accept": map_of(),
    "inventory": map_of(
        size=integer(0, MOST),
        dimensions=list_of(0, 8, text(200)),
        arms=ARMS,
        cells=list_of(0, 4096, CELL),
        input=octets(32, 32),
    ),
    "recall": map_of(stored=flag),
    "chunk": map_of(stage=STAGE, seq=integer(0, MOST), items=octets(1, 2**20)),
    "ack": map_of(stage=STAGE, chunks=integer(1, MOST)),
    "figures": map_of(values=octets(8, 262144)),
    "receipt": map_of(signature=octets(64, 64)),
    "abort": map_of(code=text(64), field=text(64)),
}


def decode_message(frame):
    require(len(frame) <= 2**20 + 2**16, "too long a frame")
    reader = Reader(frame)
    message = reader.value(0)
    require(reader.at == len(frame), "bytes after the message")
    require(type(message) is dict and type(message.get("type")) is str, "no type")
    kind = message.pop("type")
    require(kind in MESSAGES and MESSAGES[kind](message), "not a known message")
    return kind, message


# ---- noise (modes.md) ----


def exp_minus(numerator, denominator, bits):
    """floor-ish of 2^bits * e^(-numerator/denominator), by e^-x = (e^(-x / 2^k))^(2^k) and the Taylor series."""
    halvings = 64
    x = (numerator << bits) // (denominator << halvings)
    term = total = 1 << bits
    for i in range(1, 40):
        term = -term * x // (i << bits)
        total += term
    for _ in range(halvings):
        total = total * total >> bits
    return total


def decimal(text_form):
    whole, _, fraction = text_form.partition(".")
    return int(whole + fraction), 10 ** len(fraction)


def share(epsilon, weight, total):
    """The part of the decimal text `epsilon` that a figure gets, as numerator and denominator (measures.md)."""
    num, den = decimal(epsilon)
    return num * weight, den * total


def half_width(epsilon, delta):
    """The smallest h >= 1 with q^h (1 - q) / (1 + q - 2 q^(h + 1)) <= delta, q = e^-epsilon."""
    bits = 400
    one = 1 << bits
    q = exp_minus(*epsilon, bits)
    num, den = decimal(delta)
    power = q
    h = 1
    while (power * (one - q) >> bits) * den > num * (one + q - 2 * (power * q >> bits)):
        power = power * q >> bits
        h += 1
    return h


# ---- measures (measures.md) ----

SUM_RANGE = 2**36


def weights(measures):
    """Column by column: the measure, its kind and its weight."""
    columns = []
    for index, measure in enumerate(measures):
        columns.append((index, "sum", 2))
        if measure["statistic"] == "sum-and-squares":
            columns.append((index, "squares", 1))
    return columns


def bound_quanta(measure):
    bound, bound_den = decimal(measure["bound"])
    quantum, quantum_den = decimal(measure["quantum"])
    quanta, rest = divmod(bound * quantum_den, bound_den * quantum)
    check(rest == 0 and quanta > 0, "bound in quanta")
    return quanta


def columns_of(terms, people):
    """Each column's measure, kind, unit, bound and the edges of its range."""
    kinds = weights(terms["measures"])
    total = 1 + sum(weight for _, _, weight in kinds)
    columns = []
    for measure, kind, weight in kinds:
        num, den = share(terms["epsilon"], weight, total)
        most = bound_quanta(terms["measures"][measure])
        unit = 1
        while True:
            bound = most if kind == "sum" else (most * most + unit // 2) // unit
            tail = 46 * bound * den // num + 1
            if bound * people + 4 * tail <= SUM_RANGE or kind == "sum":
                break
            unit *= 2
        check(bound * people + 4 * tail <= SUM_RANGE, "range of a measure")
        columns.append((measure, kind, unit, bound, -2 * tail, bound * people + 2 * tail))
    return columns


def column_values(column, values):
    """What a value may be encrypted as: squares between two units go either way."""
    measure, kind, unit, bound, _, _ = column
    value = values[measure]
    low, rest = divmod(value if kind == "sum" else value * value, unit)
    return {low, low + 1} if rest else {low}


def scalar_of(hexadecimal):
    value = int.from_bytes(bytes.fromhex(hexadecimal), "little")
    check(0 < value < ORDER, "a scalar")
    return value


def times_base(value):
    return encode(multiply(value % ORDER, BASE)).hex()


# ---- the input tag and the request (handshake.md) ----

TYPES = ["email", "phone", "maid", "customer_id", "domain"]


def hmac_sha256(key, message):
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()


def double(value):
    """A whole number below 2^53 as an IEEE 754 double, least significant byte first."""
    if value == 0:
        return bytes(8)
    exponent = value.bit_length() - 1
    return ((1023 + exponent << 52) + (value << 52 - exponent) - (1 << 52)).to_bytes(8, "little")


def input_tag(secret, rows, partner):
    key = hashlib.sha256(ed25519_sign(secret, b"VESICA-V1-Input-Key")[1]).digest()
    message = partner + int32(len(rows)) + bytes(TYPES.index(row["type"]) for row in rows)
    message += b"".join(bytes.fromhex(row["key"]) for row in rows)
    if "cell" in rows[0]:
        message += int32(4) + b"".join(row["cell"].to_bytes(4, "little") for row in rows)
    for measure in range(len(rows[0].get("values", []))):
        message += int32(8) + b"".join(double(row["values"][measure]) for row in rows)
    return hmac_sha256(key, message)


# ---- one vector ----


class Wrong(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Wrong(what)


def tag_length(m, n):
    pairs = max(m, 1) * max(n, 1)
    return min(32, -(-(40 + (pairs - 1).bit_length()) // 8) + 1)


OTHER = {"initiator": "responder", "responder": "initiator"}
ROLE = {"receiver": "sender", "sender": "receiver", "both": "both", "cohorts": "measures", "measures": "cohorts"}


class Vector:
    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.terms = data["terms"]
        self.session = bytes.fromhex(data["session"])
        self.roles = {"initiator": self.terms["initiatorRole"], "responder": ROLE[self.terms["initiatorRole"]]}
        self.messages = [(m["from"], bytes.fromhex(m["frame"])) for m in data["messages"]]
        self.decoded = [(side, *decode_message(frame)) for side, frame in self.messages]
        for entry, (_, kind, _) in zip(data["messages"], self.decoded):
            check(entry["type"] == kind, "type of a message")
        self.streams = {(s["from"], s["stage"]): s for s in data["streams"]}

    def run(self):
        check(self.data["domainSeparationTag"].encode() == DST, "domain separation tag")
        check(self.data["suite"] == self.terms["suite"] == "ristretto255-SHA512", "suite")
        for side in OTHER:
            label = "%s / %s / %s / identity" % (self.data["seed"], self.name, side)
            check(hashlib.sha256(label.encode()).hexdigest() == self.data[side]["secretKey"], "secret key")
            self.check_rows(side)
            self.check_chunks(side)
        self.check_handshake()
        for key in self.streams:
            if key[1] in ("elements", "dummies", "list"):
                self.check_products(*key)
        if "answeredFrom" in self.data:
            self.check_replay()
        elif self.terms["mode"] == "psi":
            self.check_psi()
        else:
            self.check_counting()
        self.check_receipts()

    def rows(self, side):
        return self.data[side]["rows"]

    def size(self, side):
        return len(self.rows(side))

    def pairs(self, side):
        return [(row["type"], row["key"]) for row in self.rows(side)]

    def said(self, side, kind):
        return [message for who, what, message in self.decoded if who == side and what == kind]

    def payload(self, side, stage):
        return b"".join(m["items"] for m in self.said(side, "chunk") if m["stage"] == stage)

    def check_rows(self, side):
        for row in self.rows(side):
            key = hashlib.sha256(row["identifier"].encode()).digest()
            check(key.hex() == row["key"], "match key")
            check(encode(hash_to_group(row["type"], key)).hex() == row["element"], "hashed element")

    def check_handshake(self):
        kinds = [what for _, what, _ in self.decoded if what not in ("chunk", "ack", "figures", "receipt")]
        recalls = ["recall", "recall"] if self.terms["disclosure"] == "dp" else []
        told = ["accept", "hello", "hello", "inventory", "inventory", "offer"] + recalls
        check(sorted(kinds) == told, "handshake")
        for side in OTHER:
            hello = self.said(side, "hello")[0]
            check(1 in hello["versions"], "version")
            check(hello["key"].hex() == self.data[side]["publicKey"], "key of hello")
            for recall in self.said(side, "recall"):
                check(recall["stored"] == ("answeredFrom" in self.data), "recall")
            inventory = self.said(side, "inventory")[0]
            check(inventory["size"] == self.size(side), "size of inventory")
            sizes = [cell["size"] for cell in inventory["cells"]]
            if self.roles[side] == "cohorts":
                of = [row["cell"] for row in self.rows(side)]
                check(sizes == [of.count(c) for c in range(len(sizes))], "cells of inventory")
            else:
                check(sizes == [], "cells of inventory")
        offer = self.said("initiator", "offer")[0]
        check(offer["terms"] == self.terms and offer["session"] == self.session, "offer")
        check(len(self.said("responder", "accept")) == 1, "accept")

    def check_chunks(self, side):
        numbers = {}
        for message in self.said(side, "chunk"):
            check(message["seq"] == numbers.get(message["stage"], 0), "number of a chunk")
            numbers[message["stage"]] = message["seq"] + 1
        for (who, stage), stream in self.streams.items():
            if who != side:
                continue
            if stage in ("tags", "keys"):
                check(self.payload(side, stage).hex() == "".join(stream["chunks"]), "chunks in frames")
            else:
                rows = (item.get("blinded", "") + "".join(item.get("ciphertexts", [])) for item in stream["items"])
                items = "".join(rows)
                check(self.payload(side, stage).hex() == items, "elements in frames")
            # Each stream here is one chunk, acknowledged once.
            acks = [m["chunks"] for m in self.said(OTHER[side], "ack") if m["stage"] == stage]
            check(acks == [1], "acknowledgements")
        check(set(numbers) == {s for who, s in self.streams if who == side}, "streams in frames")

    def check_products(self, side, stage):
        own = int.from_bytes(bytes.fromhex(self.data[side]["scalar"]), "little")
        peer = int.from_bytes(bytes.fromhex(self.data[OTHER[side]]["scalar"]), "little")
        check(0 < own < ORDER and 0 < peer < ORDER, "scalar")
        seen = set()
        for item in self.streams[side, stage]["items"]:
            blinded = multiply(own, hash_to_group(item["type"], bytes.fromhex(item["key"])))
            check(encode(blinded).hex() == item["blinded"], "blinded element of " + stage)
            received = decode(bytes.fromhex(item["blinded"]))
            check(received is not None and encode(received) != bytes(32), "encoding in " + stage)
            check(encode(multiply(peer, received)).hex() == item["evaluated"], "evaluated element of " + stage)
            seen.add(item["blinded"])
        check(len(seen) == len(self.streams[side, stage]["items"]), "duplicates in " + stage)

    def sent(self, side, stage):
        return self.streams.get((side, stage), {"items": []})["items"]

    def keys_sent(self, side, stage):
        return [(item["type"], item["key"]) for item in self.sent(side, stage)]

    def check_psi(self):
        t = tag_length(self.size("initiator"), self.size("responder"))
        for side in OTHER:
            check(sorted(self.keys_sent(side, "elements")) == sorted(self.pairs(side)), "keys of elements")
            learns = self.roles[side] in ("receiver", "both")
            tags = "".join(item["evaluated"][: 2 * t] for item in self.sent(side, "elements")) if learns else ""
            check(self.payload(OTHER[side], "tags").hex() == tags, "tags")
            theirs = set(self.pairs(OTHER[side]))
            matched = [i for i, pair in enumerate(self.pairs(side)) if pair in theirs]
            check(self.data[side]["result"]["matched"] == (matched if learns else None), "result")

    def check_counting(self):
        receiver = next(side for side, role in self.roles.items() if role in ("receiver", "cohorts"))
        sender = OTHER[receiver]
        if self.terms["mode"] == "aggregate":
            sizes = [cell["size"] for cell in self.said(receiver, "inventory")[0]["cells"]]
            cell_of = [row["cell"] for row in self.rows(receiver)]
        else:
            sizes = [self.size(receiver)]
            cell_of = [0] * self.size(receiver)
        total = 1 + sum(weight for _, _, weight in weights(self.terms["measures"]))
        private = self.terms["disclosure"] == "dp"
        h = half_width(share(self.terms["epsilon"], 1, total), self.terms["delta"]) if private else 0
        per_cell = 2 * h
        dummies = [
            [("dummy", hashlib.sha256(b"VESICA-V1-Dummy" + self.session + int32(c) + int32(k)).hexdigest())
             for k in range(per_cell)]
            for c in range(len(sizes))
        ]
        flat = [dummy for cell in dummies for dummy in cell]
        own = self.pairs(receiver)
        check(self.keys_sent(receiver, "dummies") == flat, "dummies")
        check(sorted(self.keys_sent(sender, "list")) == sorted(self.pairs(sender) + flat), "keys of list")
        elements = self.sent(receiver, "elements")
        by_cell = [sorted(p for p, c in zip(own, cell_of) if c == cell) for cell in range(len(sizes))]
        at = 0
        for cell, size in enumerate(sizes):
            part = sorted(self.keys_sent(receiver, "elements")[at : at + size])
            check(part == by_cell[cell], "keys of elements in their cells")
            at += size
        check(at == len(elements), "number of elements")

        t = tag_length(self.size(receiver) + len(flat), self.size(sender) + len(flat))
        payload = self.payload(sender, "tags").hex()
        tags = [payload[i : i + 2 * t] for i in range(0, len(payload), 2 * t)]
        check(len(tags) == self.size(receiver) + len(flat), "number of tags")
        decoys = self.data[sender]["decoys"]
        check(len(decoys) == len(flat), "number of decoys")
        for decoy in decoys:
            product = multiply(int.from_bytes(bytes.fromhex(decoy["scalar"]), "little"), BASE)
            check(encode(product).hex() == decoy["element"], "decoy")
        decoy_tags = {decoy["element"][: 2 * t] for decoy in decoys}
        dummy_tags = {item["evaluated"][: 2 * t] for item in self.sent(receiver, "dummies")}
        # What the receiver computes: its scalar on the sender's list.
        list_tags = {item["evaluated"][: 2 * t] for item in self.sent(sender, "list")}
        theirs = set(self.pairs(sender))
        counts, noises, exact, cell_tags = [], [], [], []
        at = first = 0
        for cell, size in enumerate(sizes):
            part = tags[at : at + size + per_cell]
            at += size + per_cell
            check(part == sorted(part) and len(set(part)) == len(part), "order of tags")
            cell_tags.append(set(part))
            true = [item["evaluated"][: 2 * t] for item in elements[first : first + size]]
            first += size
            rest = list(part)
            for tag in true:
                check(tag in rest, "a tag of an element")
                rest.remove(tag)
            d = sum(tag in dummy_tags for tag in rest)
            check(all(tag in dummy_tags or tag in decoy_tags for tag in rest), "a tag that is neither dummy nor decoy")
            check(0 <= d <= per_cell, "noise of the dummies")
            counts.append(sum(tag in list_tags for tag in part) - h)
            noises.append(d - h)
            exact.append(sum(pair in theirs for pair in by_cell[cell]))
        check(counts == [e + x for e, x in zip(exact, noises)], "count and noise")
        check(self.data[receiver]["result"]["counts"] == counts, "result of the receiver")
        told = self.figures(receiver)
        check(len(told) == (1 if self.terms["shareResults"] else 0), "figures of the receiver")
        learned = None
        if told:
            numbers = told[0]
            check(len(numbers) == len(sizes), "number of counts")
            learned = [number - x for number, x in zip(numbers, noises)]
            if self.terms["disclosure"] == "exact":
                check(numbers == exact, "exact counts")
        check(self.data[sender]["result"]["counts"] == learned, "result of the sender")
        people = max(min(size, self.size(sender)) for size in sizes)
        cells = [(t, by_cell[c], cell_tags[c]) for c in range(len(sizes))]
        self.check_sums(receiver, sender, columns_of(self.terms, people), cells)

    def figures(self, side):
        """The integers of each `figures` message of a side."""
        values = [message["values"] for message in self.said(side, "figures")]
        check(all(len(v) % 8 == 0 for v in values), "length of figures")
        return [[int.from_bytes(v[i : i + 8], "big", signed=True) for i in range(0, len(v), 8)] for v in values]

    def check_sums(self, receiver, sender, columns, cells):
        told = self.figures(sender)
        check(len(told) == (1 if columns else 0), "figures of the sender")
        if not columns:
            check(("measures" in self.data[receiver]["result"], self.sent(receiver, "sums")) == (False, []), "sums")
            return
        secrets = [scalar_of(column["scalar"]) for column in self.data[sender]["columns"]]
        check(len(secrets) == len(columns), "number of columns")
        keys = [times_base(secret) for secret in secrets]
        check([column["element"] for column in self.data[sender]["columns"]] == keys, "public keys")
        check(self.payload(sender, "keys").hex() == "".join(keys), "public keys in frames")

        values = {pair: row["values"] for pair, row in zip(self.pairs(sender), self.rows(sender))}
        entries = self.sent(sender, "list")
        check(len({entry["nonce"] for entry in entries}) == len(entries), "nonces")
        for entry in entries:
            own = values.get((entry["type"], entry["key"]))
            plain = entry["values"]
            check(len(plain) == len(columns), "values of a row")
            for column, value in zip(columns, plain):
                allowed = {0} if own is None else column_values(column, own)
                check(value in allowed and value <= column[3], "values of a row")
            nonce = scalar_of(entry["nonce"])
            row = [times_base(nonce)] + [times_base(y * nonce + v) for y, v in zip(secrets, plain)]
            check(entry["ciphertexts"] == row, "ciphertexts of a row")

        items = self.sent(receiver, "sums")
        check(len(items) == len(cells), "number of sums")
        numbers = [told[0][j * len(cells) : (j + 1) * len(cells)] for j in range(len(columns))]
        check(sum(map(len, numbers)) == len(told[0]) == len(cells) * len(columns), "number of sums told")
        sums = {receiver: [], sender: []}
        for c, (item, (t, keys_of_cell, tags)) in enumerate(zip(items, cells)):
            matched = [entry for entry in entries if entry["evaluated"][: 2 * t] in tags]
            nonce = sum(scalar_of(entry["nonce"]) for entry in matched) + scalar_of(item["nonce"])
            row = [times_base(nonce)]
            noisy = []
            for j, column in enumerate(columns):
                exact = sum(entry["values"][j] for entry in matched)
                fewest = sum(min(column_values(column, values[pair])) for pair in keys_of_cell if pair in values)
                most = sum(max(column_values(column, values[pair])) for pair in keys_of_cell if pair in values)
                check(fewest <= exact <= most, "an exact sum")
                noisy.append(exact + item["noise"][j])
                check(column[4] <= numbers[j][c] <= column[5], "range of a sum")
                row.append(times_base(secrets[j] * nonce + noisy[j]))
            check(len(item["noise"]) == len(columns), "number of noises")
            check(item["ciphertexts"] == row, "ciphertexts of a sum")
            sums[sender].append(noisy)
            sums[receiver].append([numbers[j][c] - item["noise"][j] for j in range(len(columns))])
        for side in sums:
            told_measures = [{} for _ in self.terms["measures"]]
            for j, (measure, kind, unit, _, _, _) in enumerate(columns):
                told_measures[measure]["sums" if kind == "sum" else "squares"] = [row[j] for row in sums[side]]
                if kind == "squares":
                    told_measures[measure]["squareUnit"] = unit
            check(self.data[side]["result"]["measures"] == told_measures, "sums of the " + side)

    def check_replay(self):
        """Both sides keep the answer: no streams, no figures, and the same request on both sides."""
        computed = [what for _, what, _ in self.decoded if what in ("chunk", "ack", "figures")]
        check(not self.streams and not computed, "streams")
        frames = {(who, kind): frame for (who, frame), (_, kind, _) in zip(self.messages, self.decoded)}
        digested = b"VESICA-V1-Request"
        offer = frames["initiator", "offer"].replace(self.session, bytes(32))
        digested += int32(len(offer)) + offer
        for side in ("initiator", "responder"):
            party = self.data[side]
            other = "responder" if side == "initiator" else "initiator"
            partner = bytes.fromhex(self.data[other]["publicKey"])
            tag = input_tag(bytes.fromhex(party["secretKey"]), party["rows"], partner)
            check(self.said(side, "inventory")[0]["input"] == tag, "input tag")
            digested += int32(32) + bytes.fromhex(party["publicKey"])
            digested += int32(len(frames[side, "inventory"])) + frames[side, "inventory"]
            stored = json.loads(party["stored"])
            check(stored["session"] == self.data["answeredFrom"] != self.data["session"], "session of the answer")
            result = party["result"]
            columns = [part for m in result["measures"] for part in (m["sums"], m.get("squares")) if part is not None]
            check((stored["counts"], stored["columns"]) == (result["counts"], columns), "stored answer")
            check(not party["decoys"] and "scalar" not in party, "secrets of a replay")
        check(hashlib.sha256(digested).hexdigest() == self.data["request"], "request")

    def check_receipts(self):
        digests = []
        for side in ("initiator", "responder"):
            said = hashlib.sha512()
            for (who, frame), (_, kind, _) in zip(self.messages, self.decoded):
                if who == side and kind not in ("ack", "receipt", "abort"):
                    said.update(int32(len(frame)) + frame)
            digests.append(said.digest())
        transcript = hashlib.sha512(b"VESICA-V1-Transcript" + digests[0] + digests[1]).digest()
        check(transcript.hex() == self.data["transcript"], "transcript")
        for side in OTHER:
            statement = b"VESICA-V1-Receipt-" + side.encode() + transcript
            public, signature = ed25519_sign(bytes.fromhex(self.data[side]["secretKey"]), statement)
            check(public.hex() == self.data[side]["publicKey"], "public key")
            check(signature.hex() == self.data[side]["receipt"], "signature")
            check(self.said(side, "receipt") == [{"signature": signature}], "receipt message")


def int32(value):
    return value.to_bytes(4, "big")


def check_malformed(data):
    for case in data["frames"]:
        try:
            decode_message(bytes.fromhex(case["frame"]))
        except Refused:
            continue
        raise Wrong("taken: " + case["name"])


def self_test():
    """RFC 9496 A.1 and A.3: the generator twice over, and the first input of the one-way map."""
    two = "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"
    check(encode(multiply(2, BASE)).hex() == two and encode(multiply(ORDER, BASE)) == bytes(32), "RFC 9496 A.1")
    label = b"Ristretto is traditionally a short shot of espresso coffee"
    mapped = encode(one_way_map(hashlib.sha512(label).digest())).hex()
    check(mapped == "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46", "RFC 9496 A.3")


def verify(path):
    """One line for the file at `path`; whether it is right."""
    name = os.path.basename(path)
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if "frames" in data:
            check_malformed(data)
        else:
            Vector(name[: -len(".json")], data).run()
        print("ok", name)
        return True
    except (Wrong, Refused, KeyError, ValueError, IndexError, TypeError) as wrong:
        print("failed", name + ":", wrong)
        return False


def main(folders):
    try:
        self_test()
    except Wrong as wrong:
        print("failed", wrong)
        return 1
    paths = [os.path.join(f, name) for f in folders for name in sorted(os.listdir(f)) if name.endswith(".json")]
    results = [verify(path) for path in paths]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.exit(main(sys.argv[1:] or [os.path.join(here, "vectors")]))
