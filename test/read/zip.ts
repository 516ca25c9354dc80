import { crc32 } from "node:zlib";

/** A zip archive with stored files. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const begins: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const fields = Buffer.alloc(26); // of both: from the version to the length of the extra field
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    const begin = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), content]);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, rest, Buffer.from(name)]));
    begins.push(begin);
    at += begin.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...begins, ...entries, end]);
}
