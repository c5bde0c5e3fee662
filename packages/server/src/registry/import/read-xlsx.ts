// Named here, so that it is found too where another package compiles this file.
/// <reference path="./saxen.d.ts" />
import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'saxen'
import { type ReadTable, toTable } from './table.ts'

/** An archive may claim to unpack to anything; this much is unpacked, of the parts that are needed. */
const maximumBytes = 100_000_000
const maximumColumns = 200

/** Not a workbook, or one that cannot be read here, in words. */
class WorkbookFault extends Error {
  readonly row: number
  constructor(message: string, row = 1) {
    super(message)
    this.row = row
  }
}

/**
 * The first sheet of a workbook [ECMA-376 part 1, 18.3 and 18.4] as text: shared, inline and plain strings, numbers as they
 * are stored (so with a point, whatever Excel shows), the values of formulas as last computed. Nothing else of it is read.
 */
export function readXlsx(bytes: Buffer): ReadTable {
  try {
    const parts = unpack(bytes)
    const strings = parts.get('xl/sharedStrings.xml')
    return toTable(readSheet(firstSheet(parts), strings === undefined ? [] : readStrings(strings)))
  } catch (error) {
    if (error instanceof WorkbookFault) return { fault: { row: error.row, message: error.message } }
    return { fault: { row: 1, message: `is no workbook (.xlsx): ${(error as Error).message}` } }
  }
}

function unpack(bytes: Buffer): Map<string, string> {
  let total = 0
  const files = unzipSync(bytes, {
    filter({ name, originalSize }) {
      const wanted = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/.test(
        name
      )
      if (wanted) total += originalSize
      if (total > maximumBytes) throw new WorkbookFault('the workbook is larger than is read here')
      return wanted
    }
  })
  return new Map(Object.entries(files).map(([name, content]) => [name, strFromU8(content)]))
}

function firstSheet(parts: ReadonlyMap<string, string>): string {
  const workbook = parts.get('xl/workbook.xml')
  if (workbook === undefined) throw new WorkbookFault('is no workbook (.xlsx)')
  let relation: string | undefined
  walk(workbook, {
    open(name, attributes) {
      if (name !== 'sheet') return
      const all = attributes()
      relation ??= Object.entries(all).find(([attribute]) => /(^|:)id$/.test(attribute))?.[1]
    }
  })
  let target: string | undefined
  walk(parts.get('xl/_rels/workbook.xml.rels') ?? '<none/>', {
    open(name, attributes) {
      if (name === 'Relationship' && attributes().Id === relation) target = attributes().Target
    }
  })
  const path = target === undefined ? 'xl/worksheets/sheet1.xml' : target.replace(/^\/?(xl\/)?/, 'xl/')
  const sheet = parts.get(path)
  if (sheet === undefined) throw new WorkbookFault('the workbook has no sheet')
  return sheet
}

/** Phonetic readings (`rPh`) stand beside the text in files from East Asia and are no part of it. */
function readStrings(xml: string): string[] {
  const strings: string[] = []
  let [inText, inPhonetic, text] = [false, false, '']
  walk(xml, {
    open(name) {
      if (name === 'si') text = ''
      if (name === 't') inText = true
      if (name === 'rPh') inPhonetic = true
    },
    close(name) {
      if (name === 't') inText = false
      if (name === 'rPh') inPhonetic = false
      if (name === 'si') strings.push(text)
    },
    text(value) {
      if (inText && !inPhonetic) text += value
    }
  })
  return strings
}

function readSheet(xml: string, strings: readonly string[]): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let [rowNumber, column, type, value, inValue] = [0, 0, 'n', '', false]
  walk(xml, {
    open(name, attributes) {
      if (name === 'row') {
        rowNumber = Number(attributes().r ?? rowNumber + 1)
        if (!Number.isInteger(rowNumber) || rowNumber < 1 || rowNumber > 1_048_576) {
          throw new WorkbookFault('the sheet has a row without a number')
        }
        row = []
        column = 0
      } else if (name === 'c') {
        const { r, t = 'n' } = attributes()
        column = r === undefined ? column + 1 : columnOf(r)
        type = t
        value = ''
      } else if (name === 'v' || name === 't') inValue = true
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false
      else if (name === 'c' && value !== '' && column <= maximumColumns) {
        while (row.length < column - 1) row.push('')
        row[column - 1] = textOf(type, value, strings, rowNumber)
      } else if (name === 'row') {
        // Rows that are empty are often left out; those after them still have their own number.
        if (row.length === 0) return
        while (rows.length < rowNumber - 1) rows.push([])
        rows[rowNumber - 1] = row
      }
    },
    text(text) {
      if (inValue) value += text
    }
  })
  return rows
}

function textOf(type: string, value: string, strings: readonly string[], row: number): string {
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'e') throw new WorkbookFault(`holds an error of the spreadsheet: ${value}`, row)
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type !== 'n') return value
  const number = Number(value)
  // 31.250000000000004 in the file is what its owner wrote as 31.25.
  return Number.isFinite(number) ? String(Number(number.toPrecision(15))) : value
}

/** `AB12` → 28. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0]
  if (letters === undefined) throw new WorkbookFault(`the sheet has a cell without a place: ${reference}`)
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
}

type Handlers = {
  open?: (name: string, attributes: () => Record<string, string>) => void
  close?: (name: string) => void
  text?: (value: string) => void
}

/** Names without their prefix: some programs write `x:row`. */
function walk(xml: string, { open, close, text }: Handlers): void {
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  const parser = new Parser()
  parser.on('openTag', (name, attributes) => open?.(local(name), attributes))
  parser.on('closeTag', (name) => close?.(local(name)))
  parser.on('text', (value, decode) => text?.(decode(value)))
  parser.on('cdata', (value) => text?.(value))
  parser.on('error', (error) => {
    throw error
  })
  parser.parse(xml)
}
