/**
 * The TypeScript examples of a page, with the line each begins at.
 *
 * @param {string} text
 * @returns {{ line: number, code: string }[]}
 */
export function findExamples(text) {
  return [...text.matchAll(/^```tsx?\b[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
  }))
}

/**
 * The relative links and pictures of a page, outside of code, without their fragments.
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
