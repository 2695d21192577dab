#!/usr/bin/env python3
"""Proves a Sallyport journal, or one record of it, from its files and journal.pub alone.

A second implementation of `sallyport journal verify`, to be read in one sitting: Python 3, its standard library, and
curves.py beside it, which verifies signatures. Same summary line, same first bad record, same exit codes (0 intact, 1 bad,
2 wrong use, 4 cannot read). For a journal at rest; it keeps all leaf hashes since the last checkpoint in memory.
"""
import argparse, base64, functools, hashlib, os, re, struct, sys
sys.dont_write_bytecode = True
import curves

ENCRYPTED = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 22, 23, 26, 27, 28, 29, 30, 31, 32}
CLEAR = {12, 13, 14, 19, 20, 21, 24, 25}
INTENT, CHECKPOINT, RECOVERY, KEY_OPEN, EPOCH_OPEN, EPOCH_CLOSE, COSIGNED, DISPOSAL, VAULT = 1, 12, 13, 14, 19, 20, 21, 24, 25
ENDS = {2, 4, 5, 6}
HEADER, TAG, FRAME_MAX, WIDTH = 40, 16, 65535, 256

# ---- texts
class Bad(Exception):
    def __init__(self, seq, why, place=""): super().__init__(why); self.seq, self.place = seq, place
def need(holds, why):
    if not holds: raise ValueError(why)
def b64(text):
    need(base64.b64encode(raw := base64.b64decode(text, validate=True)).decode() == text, "Base64 spelled otherwise")
    return raw
class Key:  # a C2SP verifier key: name+id+base64(type, key)
    def __init__(self, name, typed):
        need(name and "+" not in name and min(name) > " " and (typed[:1], len(typed)) in ((b"\1", 33), (b"\2", 92)), "no key")
        self.name, self.raw, self.check = name, typed[1:], curves.ed25519 if typed[0] == 1 else curves.p256
        self.id = hashlib.sha256(name.encode() + b"\n" + typed if typed[0] == 1 else self.raw).digest()[:4]
        self.line = "+".join((name, self.id.hex(), base64.b64encode(typed).decode()))
def parse_key(line):
    key = Key(line.split("+")[0], b64(line.split("+", 2)[-1]))
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
class Checkpoint(Note):
    def __init__(self, whole, origin):
        super().__init__(whole, origin)
        lines = self.text.split("\n")
        need(len(lines) == 4 and lines[0] == origin and lines[1] == str(int(lines[1])) and self.lines, "no checkpoint")
        self.size, self.root, self.whole = int(lines[1]), b64(lines[2]), "\n".join([self.text] + self.lines) + "\n"
        need(self.size >= 0 and len(self.root) == 32, "no size, or no root")
def statement(note, origin):
    """(closes, run, number, size, root, key or None) of an epoch-open or epoch-close note."""
    m = re.fullmatch("sallyport epoch (open|close) 1\n([^\n]*)\nepoch (\\d+)\\.(\\d+)\nsize (\\d+)\nroot ([^\n]*)\n"
                     "(key|next) ([^\n]*)\n", note.text)
    need(m and m[2] == origin and (m[1] == "open") == (m[7] == "key"), "no statement of an epoch")
    need(all(n == str(int(n)) for n in m.group(3, 4, 5)), "numbers spelled otherwise")
    key = None if m[1] == "close" and m[8] == "none" else parse_key(m[8])
    need(not key or key.name == origin, "a key of another log")
    return m[1] == "close", int(m[3]), int(m[4]), int(m[5]), b64(m[6]), key
def recovery(text):
    """(origin, found, root, damage)"""
    m = re.match("sallyport recovery 2\n(.*)\nsealed \\d+\nfound (\\d+)\nroot (.*)\nlost \\d+\ndamage (.*)\n\n", text)
    need(m, "no recovery record")
    return m[1], int(m[2]), b64(m[3]), m[4].replace("none", "")

# ---- RFC 6962
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
class Tree:
    def __init__(self, size=0, perfect=(), sink=lambda level, hashed: None):
        self.size, self.perfect, self.sink = size, list(perfect), sink
    def append(self, leaf):
        level, size = 0, self.size
        self.sink(0, leaf)
        while size & 1:
            leaf, size, level = sha(b"\x01", self.perfect.pop(), leaf), size >> 1, level + 1
            if level % 8 == 0: self.sink(level // 8, leaf)
        self.perfect.append(leaf)
        self.size += 1
    def root(self):
        return functools.reduce(lambda right, left: sha(b"\x01", left, right), reversed(self.perfect)) if self.perfect else sha()

# ---- files
def excerpts(path):
    """The documents of a Chronicle queue file: word, bytes, at multiples of 4."""
    data, at = open(path, "rb").read(), 0
    while at + 4 <= len(data):
        word, start = struct.unpack_from("<I", data, at)[0], at + 4
        size = word & 0x3FFFFFFF
        if word == 0 or word & 0x80000000: return  # nothing here yet, or end of file
        at = start + size + 3 & ~3
        if word & 0x40000000: continue  # an index page
        if size > FRAME_MAX or start + size > len(data): yield start, None; return
        yield start, data[start:start + size]
def header(frame):
    need(frame is not None and HEADER <= len(frame) <= FRAME_MAX, "no frame")
    version, kind, flags, run, seq, _, ref, key, length = struct.unpack(">BBhiqqqii", frame[:HEADER])
    need(version == 1 and kind in ENCRYPTED | CLEAR and 0 <= flags < 16 and (kind in ENCRYPTED) == (flags > 3), "unknown type or flags")
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
        for name in files:
            opening = True
            if damage: break
            for at, frame in excerpts(os.path.join(journal, home, name)):
                place = "%s/%s:%d" % (home, name, at)
                try:
                    kind, flags, its_run, seq, ref, key = header(frame)
                    need(seq == count and its_run == run, "record %d where %d is due" % (seq, count))
                    need((kind == KEY_OPEN) == opening and key == last_key + opening, "data key not opened")
                    need((kind, flags >> 2) == more if flags & 2 else more is None, "half an entry")
                    if kind == RECOVERY:
                        _, found, _, where = recovery(frame[HEADER:].decode(errors="replace"))
                        need(in_run == 1 and found == count - 1 and (not unforgiven or where == unforgiven.place), "another recovery")
                        unforgiven = None
                    need(not unforgiven or in_run == 0, "no recovery record")
                except ValueError as e:
                    damage = Bad(count, str(e), place)
                    if unforgiven and in_run > 0: raise unforgiven
                    break
                last_key, opening, more, count, in_run = key, False, (kind, flags >> 2) if flags & 1 else None, count + 1, in_run + 1
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
    raw = open(path, "rb").read() if named >= width else b""
    return raw[:width * 32] if len(raw) == named * 32 else None

# ---- the chain of keys
def epoch_key(body, at=33):  # behind it, for each of three classes: salt, commitment, the wrapping key's name, the wrapped key
    for skip in (36, 0) * 3: at += skip + 2 + int.from_bytes(body[at + skip:at + skip + 2], "big")
    need(body[:1] == b"\3" and at == len(body), "a key record of another version, or cut"); return body[1:33]
class Epochs:
    """Each epoch as [run, number, start, root, key, record that certified it or None]."""
    def __init__(self, identity):
        self.identity, self.all, self.waiting, self.signing, self.closed, self.due = identity, [], [], None, True, False
    def frame(self, kind, run, seq, number, frame, before):
        body = frame[HEADER:]
        if kind == KEY_OPEN:
            need(number == 0 or not self.closed, "a key record out of place")
            epoch = [run, number, seq, before.root(), Key(self.identity.name, b"\1" + epoch_key(body)), None]
            self.all.append(epoch)
            if number > 0: self.waiting.append(epoch)
            else: self.due, self.closed, self.waiting, self.signing = not self.closed, False, [], epoch
            return
        need(not self.closed, "a record behind the end of its run")
        need(not self.due or kind == RECOVERY, "the run before was not closed, and no recovery record says so")
        need(self.signing[5] is not None or kind in (RECOVERY, EPOCH_OPEN), "no certificate of the run's key")
        if kind == COSIGNED:
            checkpoint = Checkpoint(body.decode(errors="replace"), self.identity.name)
            need(checkpoint.size <= seq and checkpoint.verified(self.identity), "a cosigned checkpoint that is not this log's")
        if kind not in (RECOVERY, EPOCH_OPEN, EPOCH_CLOSE, DISPOSAL, VAULT): return
        note = Note(body.decode(errors="replace"), self.identity.name)
        title = "sallyport %s 1\n%s\n" % ("disposal" if kind == DISPOSAL else "hold vault", self.identity.name)
        if kind >= DISPOSAL: return need(note.text.startswith(title) and note.verified(self.identity), "not signed by the identity")
        if kind == RECOVERY:
            need(list(recovery(note.text + "\n")[:3]) == [self.identity.name] + self.signing[2:4], "a recovery of something else")
            need(note.verified(self.identity), "a recovery record that the identity has not signed")
            self.due = False; return
        closes, run, number, size, root, key = statement(note, self.identity.name)
        need(closes == (kind == EPOCH_CLOSE), "another statement than its record's type")
        if kind == EPOCH_OPEN:
            epoch = next((e for e in self.all if e[2] == size), [None] * 6)
            need(epoch[:2] == [run, number] and epoch[3] == root and epoch[4].line == key.line, "no such epoch")
            need(epoch is self.signing or epoch[5] is not None, "a certificate out of place")
            need(note.verified(self.identity), "a certificate that the identity has not signed")
            epoch[5] = seq if epoch[5] is None else epoch[5]; return
        need([run, number] == self.signing[:2] and note.verified(self.signing[4]), "not a close by the epoch's own key")
        if key is None:
            need(not self.waiting and [size, root] == [seq, before.root()], "the close of a run that does not end here")
            self.closed = True; return
        need(self.waiting and [size, root] == self.waiting[0][2:4], "a close that does not fit what follows it")
        need(key.line == self.waiting[0][4].line, "a close that names another key than follows")
        self.signing = self.waiting.pop(0); self.signing[5] = seq
    def key(self, size):
        epoch = next((e for e in reversed(self.all) if e[2] < size), None)
        return epoch[4] if epoch and epoch[5] is not None and epoch[5] < size else None

# ---- the whole
class Verifier:
    def __init__(self, journal, identity, kept):
        self.journal, self.identity, self.kept, self.epochs = journal, identity, kept, Epochs(identity)
        self.tree, self.sealed, self.since, self.unfinished = Tree(sink=self.hashed), Tree(), [], set()
        self.newest, self.repeated, self.due, self.open, self.full, self.last = None, False, None, {}, [], []
        log = os.path.join(journal, "checkpoints.log")
        lines = (open(log, "rb").read().decode(errors="replace") if os.path.exists(log) else "").split("\n")
        self.notes = ["\n".join(lines[i:i + 5]) + "\n" * (i + 5 < len(lines)) for i in range(0, len(lines), 5)]
        if self.notes[-1] == "": self.notes.pop()
    def hashed(self, level, leaf):
        index, hashes = self.open.setdefault(level, (0, []))
        hashes.append(leaf)
        if len(hashes) == WIDTH: self.full.append((level, index, hashes)); self.open[level] = (index + 1, [])
    def tiles_hold(self, tiles):
        for level, index, hashes in tiles:
            raw = tile(self.journal, level, index, len(hashes)) if hashes else b""
            for i, h in enumerate(hashes):
                if raw is None or raw[i * 32:i * 32 + 32] != h:
                    raise Bad((index * WIDTH + i) << 8 * level, "a tile is missing, or does not hold the record's hash")
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
            raise Bad(self.sealed.size, "the checkpoint of size %d is not signed by the key of its epoch" % checkpoint.size)
    def seal(self):
        if self.newest and not self.repeated: self.prove(self.newest)
        key = self.epochs.key(self.due.size)
        if not key or [s[:4] for s in self.due.signed] != [key.id]: self.blame("a checkpoint not by the key of its epoch")
        if self.tree.root() != self.due.root:
            self.prove(self.due)
            self.blame("a record was changed since it was sealed")
        self.newest, self.repeated, self.since = self.due, False, []
        self.sealed, full, self.full = Tree(self.tree.size, self.tree.perfect), self.full, []
        self.last = [(level, index, list(hashes)) for level, (index, hashes) in sorted(self.open.items())]
        self.tiles_hold(full)
    def blame(self, why):
        changed = self.changed()
        raise Bad(self.sealed.size if changed is None else changed, why)
    def changed(self):
        """The first changed record, if the stored hashes give the root of the checkpoint due."""
        start, stored, tree = self.sealed.size, [], Tree(self.sealed.size, self.sealed.perfect)
        for index in range(start // WIDTH, -(-self.due.size // WIDTH)):
            width = min(WIDTH, self.due.size - index * WIDTH)
            raw = tile(self.journal, 0, index, width)
            if raw is None: return None
            stored += [raw[i * 32:i * 32 + 32] for i in range(max(0, start - index * WIDTH), width)]
        for leaf in stored: tree.append(leaf)
        key = self.epochs.key(self.due.size)
        if tree.root() != self.due.root or key and not self.due.verified(key): return None
        return next((start + i for i, (a, b) in enumerate(zip(stored, self.since)) if a != b), None)
    def reached(self):
        while self.due and self.due.size <= self.tree.size: self.seal(); self.due = self.next()
        for checkpoint in self.kept.pop(self.tree.size, []):
            if not checkpoint.verified(self.identity): self.prove(checkpoint)
            if checkpoint.root != self.tree.root(): raise Bad(-1, "other records than those of the checkpoint kept elsewhere")
    def run(self):
        self.due = self.next()
        self.reached()
        for kind, flags, run, seq, ref, key, frame in walk(self.journal):
            try: self.epochs.frame(kind, run, seq, key, frame, self.tree)
            except ValueError as e: raise Bad(seq, "record %d: %s" % (seq, e))
            self.since.append(sha(b"\x00", frame))
            self.tree.append(self.since[-1])
            if kind == INTENT and not flags & 2: self.unfinished.add(seq)
            elif kind in ENDS: self.unfinished.discard(ref)
            if kind == CHECKPOINT:
                if not self.newest or self.newest.whole.encode() != frame[HEADER:]: raise Bad(seq, "repeats an unknown checkpoint")
                self.repeated = True
            self.reached()
        if self.due: raise Bad(self.tree.size, "record %d is missing: a checkpoint covers more" % self.tree.size)
        if self.newest: self.prove(self.newest)
        self.tiles_hold(self.last)
        if self.kept: raise Bad(self.tree.size, "record %d is missing: a checkpoint kept elsewhere covers more" % self.tree.size)
    def verify(self):
        bad = None
        try: self.run()
        except Bad as e:
            changed, bad = self.changed() if self.due else None, e
            if changed is not None and changed < e.seq: bad = Bad(changed, "the record was changed since it was sealed")
        size, sealed = self.tree.size, self.sealed.size
        print("sealed %s, unsealed tail %s" % ("0..%d" % (sealed - 1) if sealed else "none",
                                               "%d..%d" % (sealed, size - 1) if size > sealed else "none"))
        if self.unfinished: print("unfinished: %s" % sorted(self.unfinished))
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
        need(closes == (last is not None) and successor and len(note.all) == 1 and note.verified(key), "a broken chain of keys")
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
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, options in (("dir", {"nargs": "?"}), ("--public-key", {"required": True}), ("--proof", {}),
                          ("--checkpoint", {"action": "append", "default": []}), ("--require-sealed", {"action": "store_true"})):
        args.add_argument(name, **options)
    args = args.parse_args()
    if (args.dir is None) == (args.proof is None): print("a directory, or --proof", file=sys.stderr); return 2
    read = lambda path: open(path, encoding="utf-8", newline="").read()
    try:
        identity, kept = parse_key(read(args.public_key).strip()), {}
        if args.proof: check_proof(identity, read(args.proof)); return 0
        before, *notes = "".join(map(read, args.checkpoint)).split(identity.name + "\n")
        need(not before, "a file of checkpoints that holds something else")
        for note in notes:
            checkpoint = Checkpoint(identity.name + "\n" + note, identity.name)
            kept.setdefault(checkpoint.size, []).append(checkpoint)
        verifier = Verifier(args.dir, identity, kept)
        bad = verifier.verify()
    except ValueError as e: print("bad: %s" % e, file=sys.stderr); return 1
    except OSError as e: print(e, file=sys.stderr); return 4
    if bad: print("the journal is not intact: record %d: %s" % (bad.seq, bad), file=sys.stderr); return 1
    if args.require_sealed and verifier.sealed.size != verifier.tree.size: print("an unsealed tail", file=sys.stderr); return 1
    print("intact")
    return 0

if __name__ == "__main__": sys.exit(main())
