#!/usr/bin/env python3
"""Proves a Sallyport journal, or one record of it, from its files and journal.pub alone.

A second implementation of `sallyport journal verify`, to be read in one sitting: Python 3.8 and its standard library,
and curves.py beside it. Same summary, same first bad record, same exit codes (0 intact, 1 bad, 2 wrong use, 4 cannot
read). For a journal at rest; it keeps the 32 bytes of every leaf hash in memory.
"""
import argparse, base64, functools, hashlib, os, re, struct, sys, types
sys.dont_write_bytecode = True
import curves

ENCRYPTED = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 22, 23, 26, 27, 28, 29, 30, 31, 32}
CLEAR = {12, 13, 14, 19, 20, 21, 24, 25}
INTENT, CHECKPOINT, RECOVERY, KEY_OPEN, EPOCH_OPEN, EPOCH_CLOSE = 1, 12, 13, 14, 19, 20
COSIGNED, DISPOSAL, VAULT = 21, 24, 25
ENDS, HEADER, TAG, FRAME_MAX, HASH, WIDTH = {2, 4, 5, 6}, 40, 16, 65535, 32, 256

# ---- texts
class Bad(Exception):
    def __init__(self, seq, why, place=""): super().__init__(why); self.seq, self.place = seq, place
def need(holds, why):
    if not holds: raise ValueError(why)
def b64(text):
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "Base64 spelled otherwise")
    return raw
class Key:  # a C2SP verifier key: name+id+base64(type, key); type 1 Ed25519, 2 ECDSA, 4 Ed25519 of a witness
    def __init__(self, name, typed, kinds=(1, 2)):
        need(name and "+" not in name and min(name) > " " and typed[0] in kinds, "no key")
        need(len(typed) == (92 if typed[0] == 2 else 33), "no key of its type")
        self.name, self.raw, self.check = name, typed[1:], curves.p256 if typed[0] == 2 else curves.ed25519
        self.id = hashlib.sha256(self.raw if typed[0] == 2 else name.encode() + b"\n" + typed).digest()[:4]
        self.line = "+".join((name, self.id.hex(), base64.b64encode(typed).decode()))
def parse_key(line, kinds=(1, 2)):
    key = Key(line.split("+")[0], b64(line.split("+", 2)[-1]) or b"\0", kinds)
    need(key.line == line, "a verifier key whose id is not its own")
    return key
class Note:  # a C2SP signed note
    def __init__(self, whole, origin):
        split = whole.rfind("\n\n")
        need(split >= 0 and split + 2 < len(whole) and whole[-1] == "\n", "no signed note")
        self.text, self.all = whole[:split + 1], whole[split + 2:-1].split("\n")
        need(all(line.startswith("\u2014 ") for line in self.all), "no signature lines")
        self.lines = [line for line in self.all if line.startswith("\u2014 %s " % origin)]
        self.signed = [b64(line.split(" ", 2)[2]) for line in self.lines]
    def verified(self, key):
        return any(s[:4] == key.id and key.check(key.raw, self.text.encode(), s[4:]) for s in self.signed)
    def cosigned(self, witness):  # c2sp.org/tlog-cosignature: key id, 8 bytes of time, signature
        for line in self.all:
            try: signed = b64(line.split(" ", 2)[2]) if line.startswith("\u2014 %s " % witness.name) else b""
            except ValueError: continue
            time = int.from_bytes(signed[4:12], "big")
            message = b"cosignature/v1\ntime %d\n" % time + self.text.encode()
            good = signed[:4] == witness.id and 0 < time < 1 << 63
            if good and witness.check(witness.raw, message, signed[12:]): return True
        return False
class Checkpoint(Note):
    def __init__(self, whole, origin):
        super().__init__(whole, origin)
        lines = self.text.split("\n")
        need(len(lines) == 4 and lines[0] == origin and lines[1] == str(int(lines[1])) and self.lines, "no checkpoint")
        self.size, self.root, self.whole = int(lines[1]), b64(lines[2]), "\n".join([self.text] + self.lines) + "\n"
        need(self.size >= 0 and len(self.root) == HASH, "no size, or no root")
def statement(note, origin):
    """closes, run, number, size, root, key or None: of an epoch-open or epoch-close note."""
    m = re.fullmatch("sallyport epoch (open|close) 1\n([^\n]*)\nepoch (\\d+)\\.(\\d+)\nsize (\\d+)\nroot ([^\n]*)\n"
                     "(key|next) ([^\n]*)\n", note.text)
    need(m and m[2] == origin and (m[1] == "open") == (m[7] == "key"), "no statement of an epoch")
    need(all(n == str(int(n)) for n in m.group(3, 4, 5)), "numbers spelled otherwise")
    key = None if m[1] == "close" and m[8] == "none" else parse_key(m[8])
    need(not key or key.name == origin, "a key of another log")
    return m[1] == "close", int(m[3]), int(m[4]), int(m[5]), b64(m[6]), key
def recovery(text):
    """origin, records found, root, damage"""
    m = re.match("sallyport recovery 2\n(.*)\nsealed \\d+\nfound (\\d+)\nroot (.*)\nlost \\d+\ndamage (.*)\n\n", text)
    need(m, "no recovery record")
    return m[1], int(m[2]), b64(m[3]), m[4].replace("none", "")

# ---- RFC 6962
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
class Tree:
    """The right edge of the tree, and the hashes of every eighth level, as tiles hold them."""
    def __init__(self, size=0, edge=()):
        self.size, self.edge, self.rows = size, list(edge), [bytearray() for _ in range(8)]
    def append(self, leaf):
        level, size = 0, self.size
        self.rows[0] += leaf
        while size & 1:
            leaf, size, level = sha(b"\x01", self.edge.pop(), leaf), size >> 1, level + 1
            if level % 8 == 0: self.rows[level // 8] += leaf
        self.edge.append(leaf)
        self.size += 1
    def root(self):
        join = lambda right, left: sha(b"\x01", left, right)
        return functools.reduce(join, reversed(self.edge)) if self.edge else sha()

# ---- files
def read(*path):
    with open(os.path.join(*path), "rb") as file: return file.read()
def excerpts(journal, home, files):
    """The documents of Chronicle queue files: place, whether it is its file's first, bytes (None: cut short)."""
    for name in files:
        data, at, first = read(journal, home, name), 0, True
        while at + 4 <= len(data):
            word, start = struct.unpack_from("<I", data, at)[0], at + 4
            if word == 0 or word & 0x80000000: break  # nothing here yet, or end of file
            end = start + (word & 0x3FFFFFFF)
            at = end + 3 & ~3
            if word & 0x40000000: continue  # an index page
            yield "%s/%s:%d" % (home, name, start), first, data[start:end] if end <= len(data) else None
            first = False
def header(frame):
    need(frame is not None and HEADER <= len(frame) <= FRAME_MAX, "no frame")
    version, kind, flags, run, seq, _, ref, key, length = struct.unpack(">BBhiqqqii", frame[:HEADER])
    need(version == 1 and kind in ENCRYPTED | CLEAR, "unknown version or type")
    need(0 <= flags < 16 and (kind in ENCRYPTED) == (flags > 3), "unknown flags")  # from bit 2 on: the retention class
    need(length == len(frame) - HEADER >= TAG * (kind in ENCRYPTED), "a body of another length")
    need(run > 0 and key >= 0 and ref >= -1, "run, key or reference")
    need(ref == seq if kind == INTENT and not flags & 2 else ref < seq, "refers to record %d" % ref)
    return kind, flags, run, seq, ref, key
def walk(journal):
    """Every frame in order, held against the rules of form; what a crash left, a recovery record forgives."""
    count, unforgiven, damage, place, more = 0, None, None, "", None
    for run in sorted(int(m[1]) for m in map(re.compile("run-([0-9]{6,9})$").match, os.listdir(journal)) if m):
        home = "run-%06d" % run
        files = sorted(name for name in os.listdir(os.path.join(journal, home)) if name.endswith(".cq4"))
        if not files: continue
        if not damage and more is not None: damage = Bad(count, "an entry that is not whole", place)
        unforgiven, damage, more, last_key, in_run = unforgiven or damage, None, None, -1, 0
        for place, opens, frame in excerpts(journal, home, files):
            try:
                kind, flags, its_run, seq, ref, key = header(frame)
                need(seq == count and its_run == run, "record %d where %d is due" % (seq, count))
                need((kind == KEY_OPEN) == opens and key == last_key + opens, "data key not opened")
                need((kind, flags >> 2) == more if flags & 2 else more is None, "half an entry")
                if kind == RECOVERY:
                    _, found, _, where = recovery(frame[HEADER:].decode(errors="replace"))
                    need(in_run == 1 and found == count - 1, "a recovery out of place")
                    need(not unforgiven or where == unforgiven.place, "a recovery of something else")
                    unforgiven = None
                need(not unforgiven or in_run == 0, "no recovery record")
            except ValueError as e:
                damage = Bad(count, str(e), place)
                if unforgiven and in_run > 0: raise unforgiven
                break
            more = (kind, flags >> 2) if flags & 1 else None
            last_key, count, in_run = key, count + 1, in_run + 1
            yield kind, flags, run, seq, ref, key, frame
    if damage or unforgiven: raise unforgiven or damage
def tile(journal, level, index, width):
    """The first hashes of a tile; None when there are not as many."""
    name = "%03d" % (index % 1000)
    while index >= 1000: index //= 1000; name = "x%03d/%s" % (index % 1000, name)
    path, named = os.path.join(journal, "tlog/tile/%d/%s" % (level, name)), WIDTH
    if not os.path.exists(path):
        if not os.path.isdir(path + ".p"): return None
        named = max((int(n) for n in os.listdir(path + ".p") if re.fullmatch("[1-9][0-9]{0,2}", n)), default=0)
        path = os.path.join(path + ".p", str(named))
    raw = read(path) if named >= width else b""
    return raw[:width * HASH] if len(raw) == named * HASH else None

# ---- the chain of keys
def epoch_key(body, at=33):
    """The key in a key record; behind it for each of 3 classes: salt, commitment, wrapping key's name, wrapped key."""
    for skip in (36, 0) * 3: at += skip + 2 + int.from_bytes(body[at + skip:at + skip + 2], "big")
    need(body[:1] == b"\x03" and at == len(body), "a key record of another version, or cut")
    return body[1:33]
class Epochs:
    """Each epoch has run, number, start, root, key, and certified: the record that certified its key, or None."""
    def __init__(self, identity):
        self.identity, self.all, self.waiting, self.signing, self.closed, self.due = identity, [], [], None, True, False
    def frame(self, kind, run, seq, number, body, before):
        if kind == KEY_OPEN:
            need(number == 0 or not self.closed, "a key record out of place")
            epoch = types.SimpleNamespace(run=run, number=number, start=seq, root=before.root(), certified=None,
                                          key=Key(self.identity.name, b"\x01" + epoch_key(body)))
            self.all.append(epoch)
            if number > 0: self.waiting.append(epoch)
            else: self.due, self.closed, self.waiting, self.signing = not self.closed, False, [], epoch
            return
        now = self.signing
        need(not self.closed, "a record behind the end of its run")
        need(not self.due or kind == RECOVERY, "the run before was not closed, and no recovery record says so")
        need(now.certified is not None or kind in (RECOVERY, EPOCH_OPEN), "no certificate of the run's key")
        if kind not in (RECOVERY, EPOCH_OPEN, EPOCH_CLOSE, COSIGNED, DISPOSAL, VAULT): return
        note = (Checkpoint if kind == COSIGNED else Note)(body.decode(errors="replace"), self.identity.name)
        need(kind == EPOCH_CLOSE or note.verified(self.identity), "what the identity has not signed")
        if kind == COSIGNED:
            need(note.size <= seq, "a cosigned checkpoint of records that come after it")
        elif kind in (DISPOSAL, VAULT):
            title = "disposal" if kind == DISPOSAL else "hold vault"
            need(note.text.startswith("sallyport %s 1\n%s\n" % (title, self.identity.name)), "no " + title)
        elif kind == RECOVERY:
            origin, found, root, _ = recovery(note.text + "\n")
            need((origin, found, root) == (self.identity.name, now.start, now.root), "a recovery of something else")
            self.due = False
        else: self.stated(kind, seq, note, before, *statement(note, self.identity.name))
    def stated(self, kind, seq, note, before, closes, run, number, size, root, key):
        now = self.signing
        need(closes == (kind == EPOCH_CLOSE), "another statement than its record's type")
        if kind == EPOCH_OPEN:
            epoch = next((e for e in self.all if e.start == size), None)
            need(epoch and (epoch.run, epoch.number, epoch.root) == (run, number, root), "no such epoch")
            need(epoch.key.line == key.line, "another key than the epoch's")
            need(epoch is now or epoch.certified is not None, "a certificate out of place")
            epoch.certified = seq if epoch.certified is None else epoch.certified
            return
        need((run, number) == (now.run, now.number) and note.verified(now.key), "not a close by the epoch's own key")
        if key is None:
            need(not self.waiting and (size, root) == (seq, before.root()), "the close of a run that does not end here")
            self.closed = True
            return
        then = self.waiting.pop(0) if self.waiting else None
        need(then and (size, root, key.line) == (then.start, then.root, then.key.line), "a close of something else")
        self.signing, then.certified = then, seq
    def key(self, size):
        epoch = next((e for e in reversed(self.all) if e.start < size), None)
        return epoch.key if epoch and epoch.certified is not None and epoch.certified < size else None

# ---- the whole
class Verifier:
    def __init__(self, journal, identity, kept, witnesses, quorum):
        self.journal, self.identity, self.kept, self.epochs = journal, identity, kept, Epochs(identity)
        self.witnesses, self.quorum, self.witnessed, self.roots, self.unfinished = witnesses, quorum, 0, {}, set()
        self.tree, self.sealed, self.newest, self.repeated, self.due = Tree(), Tree(), None, False, None
        log = os.path.join(journal, "checkpoints.log")
        lines = (read(log).decode(errors="replace") if os.path.exists(log) else "").split("\n")
        self.notes = ["\n".join(lines[i:i + 5]) + "\n" * (i + 5 < len(lines)) for i in range(0, len(lines), 5)]
        if self.notes[-1] == "": self.notes.pop()
    def tile_holds(self, level, index, width):
        first = index * WIDTH
        due, there = self.tree.rows[level][first * HASH:(first + width) * HASH], tile(self.journal, level, index, width)
        for i in range(0, len(due), HASH):
            if (there or b"")[i:i + HASH] != due[i:i + HASH]:
                raise Bad(first + i // HASH << 8 * level, "a tile is missing, or has not the record's hash")
    def next(self):
        if not self.notes: return None
        note, after = self.notes.pop(0), self.newest.size if self.newest else 0
        try:
            checkpoint = Checkpoint(note, self.identity.name)
            if checkpoint.whole == note and checkpoint.size >= self.sealed.size: return checkpoint
        except ValueError: pass
        raise Bad(self.tree.size, "the checkpoint after size %d is damaged, or out of order" % after)
    def prove(self, checkpoint):
        key = self.epochs.key(checkpoint.size)
        if not key or not checkpoint.verified(key):
            raise Bad(self.sealed.size, "the checkpoint of size %d is not by the key of its epoch" % checkpoint.size)
    def seal(self):
        if self.newest and not self.repeated: self.prove(self.newest)
        key = self.epochs.key(self.due.size)
        if not key or [s[:4] for s in self.due.signed] != [key.id]: self.blame("a checkpoint not by its epoch's key")
        if self.tree.root() != self.due.root:
            self.prove(self.due)
            self.blame("a record was changed since it was sealed")
        before, size, self.sealed = self.sealed.size, self.tree.size, Tree(self.tree.size, self.tree.edge)
        self.newest, self.repeated, self.roots[size] = self.due, False, self.due.root
        for level in range(8):
            for i in range(before >> 8 * level + 8, size >> 8 * level + 8): self.tile_holds(level, i, WIDTH)
    def blame(self, why): raise Bad(self.changed(self.sealed.size), why)
    def changed(self, other):
        """The first changed record, if the stored hashes give the root of the checkpoint due; else the other."""
        tree, end, key = Tree(self.sealed.size, self.sealed.edge), self.due.size, self.epochs.key(self.due.size)
        for index in range(self.sealed.size // WIDTH, -(-end // WIDTH)):
            raw = tile(self.journal, 0, index, min(WIDTH, end - index * WIDTH))
            if raw is None: return other
            for at in range(tree.size % WIDTH, len(raw) // HASH): tree.append(raw[at * HASH:(at + 1) * HASH])
        if tree.root() != self.due.root or key and not self.due.verified(key): return other
        both = enumerate(zip(tree.rows[0], self.tree.rows[0][self.sealed.size * HASH:]))
        return next((self.sealed.size + i // HASH for i, (stored, now) in both if stored != now), other)
    def reached(self):
        while self.due and self.due.size <= self.tree.size: self.seal(); self.due = self.next()
        for checkpoint in self.kept.pop(self.tree.size, []):
            if not checkpoint.verified(self.identity): self.prove(checkpoint)
            if checkpoint.root != self.tree.root(): raise Bad(-1, "other records than the checkpoint kept elsewhere")
    def run(self):
        self.due = self.next()
        self.reached()
        for kind, flags, run, seq, ref, key, frame in walk(self.journal):
            try: self.epochs.frame(kind, run, seq, key, frame[HEADER:], self.tree)
            except ValueError as e: raise Bad(seq, "record %d: %s" % (seq, e))
            self.tree.append(sha(b"\x00", frame))
            if kind == INTENT and not flags & 2: self.unfinished.add(seq)
            elif kind in ENDS: self.unfinished.discard(ref)
            if kind == CHECKPOINT:
                self.repeated = self.newest and self.newest.whole.encode() == frame[HEADER:]
                if not self.repeated: raise Bad(seq, "a checkpoint that checkpoints.log does not hold")
            if kind == COSIGNED:
                seen = Checkpoint(frame[HEADER:].decode(), self.identity.name)
                if self.roots.get(seen.size) != seen.root: raise Bad(seq, "an unknown checkpoint is cosigned")
                if sum(map(seen.cosigned, self.witnesses)) >= self.quorum: self.witnessed = seen.size
            self.reached()
        if self.due: raise Bad(self.tree.size, "record %d is missing: a checkpoint covers more" % self.tree.size)
        if self.newest: self.prove(self.newest)
        size = self.sealed.size
        for level in range(8): self.tile_holds(level, size >> 8 * level + 8, (size >> 8 * level) % WIDTH)
        if self.kept: raise Bad(self.tree.size, "record %d is missing: one kept elsewhere covers more" % self.tree.size)
    def verify(self):
        bad = None
        try: self.run()
        except Bad as e:
            changed, bad = self.changed(e.seq) if self.due else e.seq, e
            if changed < e.seq: bad = Bad(changed, "the record was changed since it was sealed")
        size, sealed = self.tree.size, self.sealed.size
        spell = lambda start, end: "%d..%d" % (start, end - 1) if end > start else "none"
        print("sealed %s, unsealed tail %s" % (spell(0, sealed), spell(sealed, size)))
        by = "%d of %d witnesses" % (self.quorum, len(self.witnesses))
        if self.witnesses: print("witnessed %s by %s" % (spell(0, self.witnessed), by))
        if self.unfinished: print("unfinished: %s" % sorted(self.unfinished))
        if self.witnesses and not self.witnessed and not bad: return Bad(-1, "no checkpoint is cosigned by " + by)
        return bad

def check_proof(identity, text):
    """c2sp.org/tlog-proof@v1 whose extra line holds the record and the chain of keys."""
    head, note = text.split("\n\n", 1)
    title, extra, index, *path = head.split("\n")
    checkpoint, seq = Checkpoint(note, identity.name), int(index[6:])
    need([title, extra[:6], index] == ["c2sp.org/tlog-proof@v1", "extra ", "index %d" % seq], "no proof")
    title, record, chain = b64(extra[6:]).decode().split("\n", 2)
    need([title, record[:7]] == ["sallyport proof 1", "record "], "no record")
    frame, key, last = b64(record[7:]), identity, None
    for part in re.split("(?m)^(?=sallyport epoch )", chain)[chain.startswith("sallyport epoch "):]:
        note = Note(part, identity.name)
        closes, run, number, size, _, successor = statement(note, identity.name)
        need(closes == (last is not None) and successor and len(note.all) == 1 and note.verified(key), "a broken chain")
        need(not last or [run, number] == last[:2] and size > last[2], "a broken chain of keys")
        key, last = successor, [run, number + 1 if closes else number, size]
    signed = last and [s[:4] for s in checkpoint.signed] == [key.id] and checkpoint.verified(key)
    need(signed and checkpoint.size > last[2], "not the key of its epoch")
    at, top, leaf = seq, checkpoint.size - 1, sha(b"\x00", frame)
    need(0 <= at <= top, "not in the log")
    for sibling in map(b64, path):
        need(top, "a proof that is too long")
        if at & 1 or at == top:
            leaf = sha(b"\x01", sibling, leaf)
            while not at & 1 and at: at, top = at >> 1, top >> 1
        else: leaf = sha(b"\x01", leaf, sibling)
        at, top = at >> 1, top >> 1
    need(not top and leaf == checkpoint.root and header(frame)[3] == seq, "the record is not in the log")
    print("record %d\nin the log of\n%s" % (seq, checkpoint.whole) + "by the key %s\nproven" % key.line)

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dir", nargs="?")
    parser.add_argument("--public-key", required=True)
    parser.add_argument("--proof")
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--witness", action="append", default=[], type=lambda line: parse_key(line, (4,)))
    parser.add_argument("--quorum", type=int)
    parser.add_argument("--require-sealed", action="store_true")
    args = parser.parse_args()
    quorum, different = args.quorum or len(args.witness), {witness.line for witness in args.witness}
    if (args.dir is None) == (args.proof is None): parser.error("a directory, or --proof")
    if not min(1, len(different)) <= quorum <= len(different): parser.error("no quorum of different witnesses")
    text = lambda path: read(path).decode()
    try:
        identity, kept = parse_key(text(args.public_key).strip()), {}
        if args.proof: check_proof(identity, text(args.proof)); return 0
        before, *notes = "".join(map(text, args.checkpoint)).split(identity.name + "\n")
        need(not before, "a file of checkpoints that holds something else")
        for note in notes:
            checkpoint = Checkpoint(identity.name + "\n" + note, identity.name)
            kept.setdefault(checkpoint.size, []).append(checkpoint)
        verifier = Verifier(args.dir, identity, kept, args.witness, quorum)
        bad = verifier.verify()
    except ValueError as e: print("bad: %s" % e, file=sys.stderr); return 1
    except OSError as e: print(e, file=sys.stderr); return 4
    unsealed = args.require_sealed and verifier.sealed.size != verifier.tree.size
    if bad: print("the journal is not intact: record %d: %s" % (bad.seq, bad), file=sys.stderr)
    else: print("an unsealed tail" if unsealed else "intact")
    return 1 if bad or unsealed else 0

if __name__ == "__main__": sys.exit(main())
