"""Verifies signatures: Ed25519 (RFC 8032 section 5.1.7) and ECDSA on P-256 with SHA-256 (SEC 1 section 4.1.4).

For public data only: nothing here runs in constant time.
"""
import hashlib

def times(n, point, total, add):
    while n: total, point, n = add(total, point) if n & 1 else total, add(point, point), n >> 1
    return total

# ---- Ed25519, in extended coordinates
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ONE = -121665 * pow(121666, P - 2, P) % P, (0, 1, 1, 0)
def add(a, b):
    c, d = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    t, z = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = d - c, z - t, z + t, d + c
    return e * f % P, g * h % P, f * g % P, e * h % P
def point(raw):
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - xx) % P or not x and sign: raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
def ed25519(key, message, signature):
    """Whether 64 bytes are the signature by a key of 32."""
    if len(key) != 32 or len(signature) != 64: return False
    try: a, r, base = point(key), point(signature[:32]), point(bytes([0x58] + [0x66] * 31))
    except ValueError: return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    left, right = times(s, base, ONE, add), add(r, times(h, a, ONE, add))
    return s < Q and not any((left[i] * right[2] - right[i] * left[2]) % P for i in (0, 1))

# ---- P-256, in affine coordinates; None is the point at infinity
F = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
INFO = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")  # RFC 5480 section 2, up to the point
def plus(a, b):
    if a is None or b is None: return a or b
    if a[0] == b[0] and (a[1] + b[1]) % F == 0: return None
    slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, F) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, F)
    x = (slope * slope - a[0] - b[0]) % F
    return x, (slope * (a[0] - x) - a[1]) % F
def der(n):
    raw = n.to_bytes(n.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(raw)]) + raw
def p256(key, message, signature):
    """Whether DER is the signature by a key, a SubjectPublicKeyInfo of 91 bytes. It has one spelling."""
    x, y = int.from_bytes(key[27:59], "big"), int.from_bytes(key[59:], "big")
    if len(key) != 91 or key[:27] != INFO or max(x, y) >= F or (y * y - x * x * x + 3 * x - B) % F: return False
    if not 8 <= len(signature) <= 72 or signature[3] > len(signature) - 6: return False
    half = 4 + signature[3]
    r, s = int.from_bytes(signature[4:half], "big"), int.from_bytes(signature[half + 2:], "big")
    both = der(r) + der(s)
    if signature != b"\x30" + bytes([len(both)]) + both or not (0 < r < N and 0 < s < N): return False
    e, w = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N)
    total = plus(times(e * w % N, G, None, plus), times(r * w % N, (x, y), None, plus))
    return total is not None and total[0] % N == r
