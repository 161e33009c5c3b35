import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/data/csv-source.js';
import { customers, emails, expected, failure, file, folder, inFolder, keyNames, load } from './scratch.js';

const TWO = expected('email', 'ann@example.com', 'bob@example.com');

describe('a CSV file', () => {
  it.each([
    ['ends its lines with LF', 'n,email\n1,ann@example.com\n2,bob@example.com\n'],
    ['ends its lines with CRLF', 'n,email\r\n1,ann@example.com\r\n2,bob@example.com\r\n'],
    ['ends its lines now so, now so', 'n,email\r\n1,ann@example.com\n2,bob@example.com\r'],
    [
      'has a mark and a quoted delimiter in the header',
      '\ufeff"n,m",email\n1,ann@example.com\n2,bob@example.com\n',
    ],
    [
      'has rows without the field of a nameless last column',
      'n,email,\n1,ann@example.com\n2,bob@example.com\n',
    ],
    ['ends its lines with CR', 'n,email\r1,ann@example.com\r2,bob@example.com\r'],
    ['has no line end after the last row', 'n,email\n1,ann@example.com\n2,bob@example.com'],
    ['begins with a byte order mark', '\ufeffemail,n\nann@example.com,1\nbob@example.com,2\n'],
    [
      'begins with a byte order mark and quotes',
      '\ufeff"email",n\r\nann@example.com,1\r\n"bob@example.com",2\r\n',
    ],
    ['has quoted fields with line ends', 'n,email\n"1\n,2",ann@example.com\n"a\r\nb","bob@example.com"\n'],
    ['has a line end in a header field', '"n\n,m",email\n1,ann@example.com\n2,bob@example.com\n'],
    [
      'has doubled quotes in the header and in fields',
      '"say ""n""",email\n"1""",ann@example.com\n"""",bob@example.com\n',
    ],
    ['has blank lines', 'n,email\n\n1,ann@example.com\n\n\n2,bob@example.com\n\n'],
    ['has blank lines before the header', '\n\nn,email\n1,ann@example.com\n2,bob@example.com\n'],
    [
      'has blank CRLF lines and a mark before the header',
      '\ufeff\r\n\r\nn,email\r\n1,ann@example.com\r\n2,bob@example.com\r\n',
    ],
    ['has a column without a name at the end', 'n,email,\n1,ann@example.com,\n2,bob@example.com,\n'],
    ['has rows with a delimiter too many', 'n,email\n1,ann@example.com,\n2,bob@example.com,\n'],
    ['has a single column', 'email\nann@example.com\nbob@example.com\n'],
    ['has a header in another case', 'N,EMail\n1,ann@example.com\n2,bob@example.com\n'],
    [
      'has the exact name beside one in another case',
      'Email,email\nx@example.com,ann@example.com\ny@example.com,bob@example.com\n',
    ],
    ['has other columns that share a name', 'n,n,email\n1,1,ann@example.com\n2,2,bob@example.com\n'],
    ['has values with blanks around', 'n,email\n1, ann@example.com \n2,bob@example.com\t\n'],
    [
      'has another column that is not UTF-8',
      Buffer.from('n,email\nM\xfcller,ann@example.com\n2,bob@example.com\n', 'latin1'),
    ],
  ])('is read when it %s', async (_, content) => {
    const list = await load(emails(file('traps.csv', content)));
    expect(keyNames(list)).toEqual(TWO);
    expect([...list.rows]).toEqual([0, 1]);
    expect(list.counts.rows).toBe(2);
  });

  it('may use another delimiter and quote', async () => {
    const path = file('semicolon.csv', "n;email\n'a;''b';ann@example.com\n1;'bob@example.com'\n");
    expect(keyNames(await load(emails(path, { csv: { delimiter: ';', quote: "'" } })))).toEqual(TWO);
  });

  it('takes every text literally: no null words, no comments, no numbers', async () => {
    const path = file('literal.csv', 'id\nNULL\n\\N\n#5\n007\n1e3\nNaN\n');
    expect(keyNames(await load(customers(path)))).toEqual(
      expected('customer_id', 'NULL', '\\N', '#5', '007', '1e3', 'NaN'),
    );
  });

  it('is an empty list when it has only a header', async () => {
    for (const content of ['id', 'id\n', '\ufeffid\r\n', 'n,id\n']) {
      const list = await load(customers(file('header.csv', content)));
      expect([list.keys.length, list.counts.rows]).toEqual([0, 0]);
    }
  });

  it('counts the empty rows of a single column as blank', async () => {
    const { counts } = await load(customers(file('blank.csv', 'id\na\n\n""\nb\n')));
    expect([counts.rows, counts.byType.customer_id!.blank]).toEqual([4, 2]);
  });

  it('may hold a field of a megabyte, also with line ends in it', async () => {
    for (const field of ['x'.repeat(1 << 20), `"${'x\n'.repeat(1 << 19)}"`]) {
      const path = file('big.csv', `n,id,other\n${field},a,1\n2,${field},3\n4,b,5\n`);
      const list = await load(customers(path));
      expect(keyNames(list)).toEqual(expected('customer_id', 'a', 'b'));
      expect(list.counts.byType.customer_id!.rejected).toEqual({ 'too-long': 1 });
    }
  });

  it('rejects values with NUL bytes and goes on', async () => {
    const list = await load(customers(file('nul.csv', 'id,n\na\u0000b,1\n\u0000,2\nc,3\n')));
    expect(keyNames(list)).toEqual(expected('customer_id', 'c'));
    expect(list.counts.byType.customer_id!.rejected).toEqual({ 'bad-character': 2 });
  });

  it('gives back any table that RFC 4180 can write', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', "'", ';'),
      maxLength: 6,
    });
    const table = fc.array(fc.tuple(cell, fc.stringMatching(/^[a-z0-9]{1,8}$/), cell), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, lineEnd, marked) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const lines = rows.map(([a, id, b]) => [quote(a), id, quote(b)].join(','));
        const path = file('any.csv', (marked ? '\ufeff' : '') + ['"a,""",id,b', ...lines, ''].join(lineEnd));
        const list = await load(customers(path));
        expect(list.counts.rows).toBe(rows.length);
        expect(keyNames(list)).toEqual([...new Set(expected('customer_id', ...rows.map(([, id]) => id)))]);
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on where its bytes are cut into chunks', async () => {
    // Streams hand out 64 KiB at a time; a first field of every length around that puts each later byte at the cut.
    const rest = '"a"",é\r\n""b",2\r\nc,"3"\r\n';
    const head = '\ufeffid,n\r\n"';
    for (let shift = 0; shift <= rest.length + 8; shift += 1) {
      const filling = 'x'.repeat((1 << 16) - head.length - shift);
      const path = file('cut.csv', `${head}${filling}",1\r\n${rest}`);
      const values: (string | null)[] = [];
      for await (const chunk of readCsv({ path, gzip: false }, ['id', 'n'], { delimiter: ',', quote: '"' })) {
        for (let row = 0; row < chunk.rowCount; row += 1) values.push(chunk.text(0, row), chunk.text(1, row));
      }
      // In a file of one column a line end cut in two would be a row more.
      const one = await load(customers(file('one.csv', `id\r\n${filling}\r\n${'b\r\n'.repeat(30)}`)));
      expect(one.counts.rows).toBe(31);
      expect(values).toEqual([filling, '1', 'a",é\r\n"b', '2', 'c', '3']);
    }
  });

  it('is never taken for a pattern', async () => {
    file('part1.csv', 'id\nwrong\n');
    file('parts.csv', 'id\nwrong\n');
    for (const name of ['part[1].csv', 'part*.csv', 'part?.csv', "it's.csv"]) {
      const list = await load(customers(file(name, 'id\nright\n')));
      expect(keyNames(list)).toEqual(expected('customer_id', 'right'));
    }
    await failure(load(customers(inFolder('par*s.csv'))), 'data/unreadable');
  });
});

describe('a gzip CSV file', () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `c${i},x\n`).join('');

  it('is unpacked, in one member or several', async () => {
    const whole = gzipSync(`id,n\n${rows}`);
    const two = Buffer.concat([gzipSync('id,n\n'), gzipSync(rows)]);
    for (const content of [whole, two]) {
      expect((await load(customers(file('a.csv.gz', content)))).counts.rows).toBe(5_000);
    }
  });

  it('is refused when it is cut, even at the end of a line, changed, or not gzip', async () => {
    const stored = gzipSync(`id,n\n${rows}`, { level: 0 });
    const changed = Buffer.from(stored);
    changed[changed.length - 6]! ^= 1;
    const cut = stored.subarray(0, stored.lastIndexOf('\n', -100) + 1);
    expect(cut.length).toBeGreaterThan(30_000);
    for (const content of [cut, stored.subarray(0, -8), changed, `id,n\n${rows}`]) {
      await failure(load(customers(file('b.csv.gz', content))), 'data/unreadable');
    }
  });
});

describe('a CSV file that cannot be read as it should', () => {
  it.each([
    ['too few fields', 'n,email\n1,a@example.com\nb@example.com\n', 'data/malformed', 'line 3'],
    ['too many fields', 'n,email\n1,a@example.com\n2,b@example.com,3\n', 'data/malformed', 'line 3'],
    ['a quote that never ends', 'n,email\n1,a@example.com\n"2,b@example.com\n', 'data/malformed', 'line 3'],
    ['text after a closing quote', 'n,email\n"1"x,a@example.com\n', 'data/malformed', 'line 2'],
    ['a quote in a field', 'n,email\n1,a@example.com\n5" tall,b@example.com\n', 'data/malformed', 'line 3'],
    [
      'a quote never closed in a column not read',
      'email,n\na@example.com,1\nb@example.com,"2\nc@example.com,3\n',
      'data/malformed',
      'line 3',
    ],
    [
      'a fault after quoted line ends',
      'n,email\n"1\r\n\n",a@example.com\n\nb@example.com\n',
      'data/malformed',
      'line 6',
    ],
    [
      'a line of five megabytes',
      `n,email\n${'x'.repeat(5 << 20)},a@example.com\n`,
      'data/malformed',
      'line 2',
    ],
    ['an endless header', 'x'.repeat(5 << 20), 'data/malformed', 'line 1'],
    ['a broken header', '"n"x,email\n1,a@example.com\n', 'data/malformed', 'line 1'],
    [
      'a Latin-1 header',
      Buffer.from('gr\xf6\xdfe,email\n1,a@example.com\n', 'latin1'),
      'data/invalid-utf8',
      'line 1',
    ],
    ['UTF-16', Buffer.from('\ufeffn,email\n1,a@example.com\n', 'utf16le'), 'data/invalid-utf8', 'line 1'],
    ['only a byte order mark', '\ufeff', 'data/malformed', 'header'],
    ['no bytes at all', '', 'data/malformed', 'header'],
    ['only blank lines', '\n\n', 'data/malformed', 'header'],
    ['a column named twice', 'email,email\na@example.com,b@example.com\n', 'data/malformed', '2 times'],
    [
      'a column named twice in other cases',
      'Email,EMAIL\na@example.com,b@example.com\n',
      'data/malformed',
      '2 times',
    ],
    [
      'Latin-1 values',
      Buffer.from('n,email\n1,a@example.com\n2,m\xfcller@example.com\n', 'latin1'),
      'data/invalid-utf8',
      'line 3',
    ],
    [
      'half a surrogate pair in UTF-8',
      Buffer.from('email,n\n\xed\xa0\x80@example.com,1\n', 'latin1'),
      'data/invalid-utf8',
      'line 2',
    ],
    ['no such column', 'n,mail\n1,a@example.com\n', 'data/missing-column', '"n", "mail"'],
    ['no header but data', 'x@example.com,5\na@example.com,6\n', 'data/missing-column', 'looks like data'],
  ] as const)('ends with a coded error: %s', async (_, content, code, part) => {
    const error = await failure(load(emails(file('bad.csv', content))), code);
    expect(error.message).toContain(part);
    expect(error.message).not.toMatch(/@example/);
  });

  it('ends with data/unreadable when there is no file', async () => {
    for (const path of [
      inFolder('none.csv'),
      inFolder('none.csv.gz'),
      inFolder('none.parquet'),
      inFolder('none.json'),
    ]) {
      expect((await failure(load(emails(path)), 'data/unreadable')).message).toContain('ENOENT');
    }
    await failure(load(emails(`${file('a-file.csv', 'x')}/below.csv`)), 'data/unreadable');
  });

  it('ends with data/unreadable when the path is a folder', async () => {
    const { mkdirSync } = await import('node:fs');
    mkdirSync(`${folder}/folder.csv`, { recursive: true });
    await failure(load(emails(`${folder}/folder.csv`)), 'data/unreadable');
  });
});
