import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, parseYamlDocument, type YamlDocument } from '@city-brain/model'

/** The text of a file of the city, or the problem why there is none. Files are named as the user sees them: below the city's folder. */
export async function readText(folder: string, file: string): Promise<{ text?: string; problem?: Problem }> {
  try {
    return { text: await readFile(join(folder, file), 'utf8') }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { problem: { file, code: 'missing-file', message: 'the file is missing' } }
    return { problem: { file, code: 'unreadable', message: `the file cannot be read (${code})` } }
  }
}

/** One YAML file of the city. */
export async function readDocument(
  folder: string,
  file: string
): Promise<{ document?: YamlDocument; problems: Problem[] }> {
  const { text, problem } = await readText(folder, file)
  if (text === undefined) return { problems: problem ? [problem] : [] }
  const document = parseYamlDocument(file, text)
  return document.problems.length > 0 ? { problems: document.problems } : { document, problems: [] }
}

/** All YAML files of a folder of the city in the order of their names; a folder that is not there holds none. */
export async function readDocuments(
  folder: string,
  name: string
): Promise<{ documents: YamlDocument[]; problems: Problem[] }> {
  let files: string[]
  try {
    files = (await readdir(join(folder, name))).filter((file) => /\.ya?ml$/.test(file)).sort()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { documents: [], problems: [] }
    return { documents: [], problems: [{ file: name, code: 'unreadable', message: `cannot be read (${code})` }] }
  }
  const read = await Promise.all(files.map((file) => readDocument(folder, `${name}/${file}`)))
  return {
    documents: read.flatMap(({ document }) => (document ? [document] : [])),
    problems: read.flatMap(({ problems }) => problems)
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}
