import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { filterProblems } from '@arethetypeswrong/core/problems'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/**
 * How our packages may be imported: they are ES modules, so `require` in Node is left out, and so is Node 10, which does
 * not read `exports`.
 */
const supported = /** @type {const} */ (['node16-esm', 'bundler'])

/** Prints what is wrong with packed packages, one line for each finding: `node check-tarballs.mjs a.tgz b.tgz`. */
for (const path of process.argv.slice(2)) {
  const tarball = new Uint8Array(await readFile(path))
  for (const finding of [...(await lint(tarball)), ...(await checkTypes(tarball))]) {
    console.log(`${basename(path)}: ${finding}`)
    process.exitCode = 1
  }
}

/** @param {Uint8Array<ArrayBuffer>} tarball */
async function lint(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}

/** @param {Uint8Array} tarball */
async function checkTypes(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(tarball))
  if (!analysis.types) return ['it has no types']
  const problems = new Set(supported.flatMap((resolutionKind) => filterProblems(analysis, { resolutionKind })))
  return [...problems].map((problem) => JSON.stringify(problem))
}
