import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { readCsv } from './read-csv.ts'
import { readXlsx } from './read-xlsx.ts'

const table = { columns: ['id', 'name'], rows: [{ row: 2, cells: ['bin-1', 'Mill, "Lane"'] }] }

test.each([
  ['plain', 'id,name\nbin-1,"Mill, ""Lane"""\n'],
  ['with a mark and Windows line ends', '\uFEFFid,name\r\nbin-1,"Mill, ""Lane"""\r\n'],
  ['semicolons', 'id;name\nbin-1;"Mill, ""Lane"""'],
  ['tabs', 'id\tname\nbin-1\t"Mill, ""Lane"""'],
  ['a separator in a quoted heading', '"id",name\n bin-1 ,"Mill, ""Lane"""']
])('CSV, %s', (_what, text) => {
  expect(readCsv(Buffer.from(text))).toEqual({ table })
})

test('rows of a CSV file count as a spreadsheet counts them', () => {
  const text = 'sep=;\nid;name\n\nbin-1;"two\nlines"\n;\nbin-2;x\n'
  expect(readCsv(Buffer.from(text))).toEqual({
    table: {
      columns: ['id', 'name'],
      rows: [
        { row: 4, cells: ['bin-1', 'two\nlines'] },
        { row: 6, cells: ['bin-2', 'x'] }
      ]
    }
  })
})

test.each([
  ['empty', Buffer.alloc(0), /empty/],
  ['UTF-16', Buffer.from('id,name', 'utf16le').fill(0xff, 0, 2), /UTF-8/],
  ['Latin-1', Buffer.from('id,name\n1,Straße', 'latin1'), /UTF-8/],
  ['an open quote', Buffer.from('id,name\n1,"x\n'), /no CSV/]
])('CSV that is %s is one clear fault', (_what, bytes, message) => {
  expect(readCsv(bytes)).toEqual({ fault: { row: expect.any(Number), message: expect.stringMatching(message) } })
})

const relations = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Id="rId1" Type="styles" Target="styles.xml"/><Relationship Id="rId7" Type="worksheet" Target="worksheets/sheet2.xml"/></Relationships>`
const workbook = `<?xml version="1.0"?><workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
  <sheets><sheet name="Containers" sheetId="2" r:id="rId7"/><sheet name="Other" sheetId="1" r:id="rId1"/></sheets></workbook>`
const strings = `<sst><si><t>id</t></si><si><r><t>na</t></r><r><t xml:space="preserve">me</t></r></si>
  <si><t>磨坊 &amp; 巷</t><rPh sb="0" eb="1"><t>モーファン</t></rPh></si></sst>`
const workbookOf = (sheet: string, more: Record<string, string> = {}) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries({
          'xl/workbook.xml': workbook,
          'xl/_rels/workbook.xml.rels': relations,
          'xl/sharedStrings.xml': strings,
          'xl/worksheets/sheet2.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`,
          ...more
        }).map(([name, text]) => [name, strToU8(text)])
      )
    )
  )
const heading =
  '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>n</t></is></c></row>'

test('a workbook: the first sheet, shared, inline and formula texts, numbers as they are stored, rows by their number', () => {
  const bytes = workbookOf(
    `${heading}<row r="3"><c r="A3" t="str"><f>"bin-"&amp;1</f><v>bin-1</v></c><c r="B3" t="s"><v>2</v></c><c r="D3"><v>31.250000000000004</v></c></row>`
  )
  expect(readXlsx(bytes)).toEqual({
    table: { columns: ['id', 'name', '', 'n'], rows: [{ row: 3, cells: ['bin-1', '磨坊 & 巷', '', '31.25'] }] }
  })
})

test('a prefix of its own and cells without a place are read too', () => {
  const sheet =
    '<x:row><x:c t="inlineStr"><x:is><x:t>id</x:t></x:is></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row>'
  expect(readXlsx(workbookOf(sheet))).toEqual({ table: { columns: ['id'], rows: [{ row: 2, cells: ['7'] }] } })
})

test.each([
  ['no archive', Buffer.from('id,name'), /no workbook/],
  ['another archive', Buffer.from(zipSync({ 'a.txt': strToU8('a') })), /no workbook/],
  ['broken XML', workbookOf('<row r="1"><c'), /no workbook/],
  ['a row without a number', workbookOf('<row r="x"></row>'), /row without a number/],
  ['a row beyond the last', workbookOf('<row r="99999999"></row>'), /row without a number/],
  ['an error in a cell', workbookOf(`${heading}<row r="9"><c r="A9" t="e"><v>#REF!</v></c></row>`), /#REF!/]
])('a workbook that is or has %s is one clear fault', (_what, bytes, message) => {
  expect(readXlsx(bytes)).toEqual({ fault: { row: expect.any(Number), message: expect.stringMatching(message) } })
})

test('an archive that unpacks to more than is read is refused', () => {
  const large = workbookOf(heading, { 'xl/sharedStrings.xml': 'x'.repeat(100_000_001) })
  expect(large.length).toBeLessThan(1_000_000)
  expect(readXlsx(large)).toEqual({ fault: { row: 1, message: expect.stringMatching(/larger than is read/) } })
})
