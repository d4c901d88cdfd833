"use strict";
// In: a short text. Out: a QR code. Pure. By ISO/IEC 18004: byte mode, error correction M,
// versions 1 to 20; texts are ASCII, so that every scanner reads them alike.
const qr = (() => {
  // Error correction codewords of a block, and blocks, by version.
  const PER_BLOCK = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
  const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
  const LAST = 20;
  const EXP = [], LOG = [];
  for (let i = 0, x = 1; i < 255; i++) {
    EXP[i] = x; LOG[x] = i;
    x = x << 1 ^ (x & 128 ? 0x11d : 0);
  }
  const times = (a, b) => a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0;
  const sideOf = version => 17 + 4 * version;

  // Where the small squares are centred; their rows and columns.
  function centres(version) {
    if (version === 1) return [];
    const many = Math.floor(version / 7) + 2, last = sideOf(version) - 7;
    const step = Math.ceil((4 * version + 4) / (2 * many - 2)) * 2;
    return [6, ...Array.from({ length: many - 1 }, (_, n) => last - step * (many - 2 - n))];
  }
  // Codewords of a version: all of them, and those that carry the text.
  function codewords(version) {
    const many = centres(version).length, side = sideOf(version);
    const squares = many ? 25 * (many * many - 3) - 10 * (many - 2) : 0;
    const format = 31 + (version > 6 ? 36 : 0), timing = 2 * (side - 16);
    const all = side * side - 192 - squares - timing - format >> 3;
    return [all, all - PER_BLOCK[version] * BLOCKS[version]];
  }
  // Characters that fit into a version.
  const room = version => codewords(version)[1] * 8 - 4 - (version < 10 ? 8 : 16) >> 3;

  function remainder(block, many) {
    let generator = [1];
    for (let i = 0; i < many; i++) {
      generator = [...generator, 0].map((term, n) => term ^ (n ? times(generator[n - 1], EXP[i]) : 0));
    }
    const left = new Array(many).fill(0);
    for (const octet of block) {
      const factor = octet ^ left.shift();
      left.push(0);
      for (let n = 0; n < many; n++) left[n] ^= times(generator[n + 1], factor);
    }
    return left;
  }

  function content(text, version) {
    const bits = [];
    const put = (value, width) => { while (width--) bits.push(value >> width & 1); };
    put(4, 4);
    put(text.length, version < 10 ? 8 : 16);
    for (const sign of text) put(sign.charCodeAt(0), 8);
    const [all, mine] = codewords(version);
    put(0, Math.min(4, mine * 8 - bits.length));
    put(0, (8 - bits.length % 8) % 8);
    const octets = [];
    for (let n = 0; n < bits.length; n += 8) octets.push(parseInt(bits.slice(n, n + 8).join(""), 2));
    for (let pad = 0xec; octets.length < mine; pad ^= 0xec ^ 0x11) octets.push(pad);
    const many = BLOCKS[version], longer = mine % many, least = Math.floor(mine / many);
    const blocks = [];
    for (let n = 0, from = 0; n < many; n++) {
      const size = least + (n >= many - longer ? 1 : 0);
      blocks.push(octets.slice(from, from += size));
    }
    const checks = blocks.map(block => remainder(block, PER_BLOCK[version]));
    const mixed = [];
    for (let n = 0; n <= least; n++) for (const block of blocks) if (n < block.length) mixed.push(block[n]);
    for (let n = 0; n < PER_BLOCK[version]; n++) for (const check of checks) mixed.push(check[n]);
    return mixed.slice(0, all);
  }

  const MASKS = [(x, y) => (x + y) % 2, (x, y) => y % 2, x => x % 3, (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => x * y % 2 + x * y % 3,
    (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2];

  function drawn(octets, version, mask) {
    const side = sideOf(version), last = side - 1;
    const dark = Array.from({ length: side }, () => new Array(side).fill(null));
    const set = (x, y, on) => { if (x >= 0 && y >= 0 && x < side && y < side) dark[y][x] = on ? 1 : 0; };
    for (const [cx, cy] of [[3, 3], [last - 3, 3], [3, last - 3]]) {
      for (let y = -4; y <= 4; y++) for (let x = -4; x <= 4; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(cx + x, cy + y, ring !== 2 && ring !== 4);
      }
    }
    const mid = centres(version);
    for (const cy of mid) for (const cx of mid) {
      if (dark[cy][cx] !== null) continue;
      for (let y = -2; y <= 2; y++) for (let x = -2; x <= 2; x++) {
        set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
      }
    }
    for (let n = 8; n < side - 8; n++) { set(n, 6, n % 2 === 0); set(6, n, n % 2 === 0); }
    format(set, side, mask);
    if (version > 6) {
      let left = version;
      for (let n = 0; n < 12; n++) left = left << 1 ^ (left >> 11) * 0x1f25;
      const bits = version << 12 | left;
      for (let n = 0; n < 18; n++) {
        const far = side - 11 + n % 3, near = Math.floor(n / 3);
        set(far, near, bits >> n & 1); set(near, far, bits >> n & 1);
      }
    }
    let n = 0;
    for (let right = last, up = true; right > 0; right -= 2, up = !up) {
      if (right === 6) right--;
      for (let row = 0; row < side; row++) for (const x of [right, right - 1]) {
        const y = up ? last - row : row;
        if (dark[y][x] !== null) continue;
        const bit = n < octets.length * 8 ? octets[n >> 3] >> 7 - n % 8 & 1 : 0;
        n++;
        dark[y][x] = bit ^ (MASKS[mask](x, y) === 0 ? 1 : 0);
      }
    }
    return dark;
  }

  function format(set, side, mask) {
    let left = mask;
    for (let n = 0; n < 10; n++) left = left << 1 ^ (left >> 9) * 0x537;
    const bits = (mask << 10 | left) ^ 0x5412;
    for (let n = 0; n < 15; n++) {
      const on = bits >> n & 1;
      set(8, n < 6 ? n : n < 8 ? n + 1 : side - 15 + n, on);
      set(n < 8 ? side - 1 - n : n < 9 ? 7 : 14 - n, 8, on);
    }
    set(8, side - 8, 1);
  }

  // How badly a pattern reads: long runs, squares, false corners, more dark than light.
  function penalty(dark) {
    const side = dark.length;
    let bad = 0, many = 0;
    for (const rows of [dark, dark[0].map((_, x) => dark.map(row => row[x]))]) {
      for (const row of rows) {
        const line = row.join("");
        for (const run of line.match(/0{5,}|1{5,}/g) || []) bad += run.length - 2;
        for (const corner of ["10111010000", "00001011101"]) {
          for (let n = line.indexOf(corner); n >= 0; n = line.indexOf(corner, n + 1)) bad += 40;
        }
      }
    }
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) {
      many += dark[y][x];
      if (x && y && dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1]
        && dark[y][x] === dark[y - 1][x - 1]) bad += 3;
    }
    return bad + 10 * Math.floor(Math.abs(many * 20 - side * side * 10) / (side * side));
  }

  function made(text, forced) {
    let version = 1;
    while (version < LAST && room(version) < text.length) version++;
    if (room(version) < text.length) throw new Error("too long for a code: " + text.length);
    const octets = content(text, version);
    const every = MASKS.map((_, mask) => drawn(octets, version, mask));
    const weighed = every.map(penalty);
    const mask = forced === undefined ? weighed.indexOf(Math.min(...weighed)) : forced;
    return { version, mask, dark: every[mask] };
  }

  // Into a picture of the page: a square and one path, four modules of white around it; always dark
  // on white, whatever the phone's theme.
  function draw(picture, text, name) {
    const { dark } = made(text), side = dark.length + 8;
    const path = dark.map((row, y) => row.map((on, x) => on ? `M${x + 4} ${y + 4}h1v1h-1z` : "").join(""));
    picture.setAttribute("viewBox", `0 0 ${side} ${side}`);
    picture.setAttribute("aria-label", name);
    picture.querySelector("path").setAttribute("d", path.join(""));
  }
  return { made, draw, room };
})();
