/**
 * @typedef {object} Example
 * @property {number} line the line where its fence begins
 * @property {'ts' | 'tsx' | 'vue' | 'svelte'} language
 * @property {string | undefined} name the file that the fence names, such as `chat.tsx`
 * @property {string} code
 */

/**
 * Finds the examples of a page that a compiler can read.
 *
 * @param {string} text
 * @returns {Example[]}
 */
export function findExamples(text) {
  return [...text.matchAll(/^```(tsx?|vue|svelte)\b[ \t]*([^\s]*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    language: /** @type {Example['language']} */ (match[1]),
    name: match[2] || undefined,
    code: match[3] ?? '',
  }))
}

/**
 * Finds the diffs of a page whose fence names a file, as that of an example does.
 *
 * @param {string} text
 */
export function findDiffs(text) {
  return [...text.matchAll(/^```diff[ \t]+(\S+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    name: match[1] ?? '',
    code: match[2] ?? '',
  }))
}

/**
 * Finds the relative links and pictures of a page, outside of code, without their fragments.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function findLinks(text) {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/i.test(link))
}
