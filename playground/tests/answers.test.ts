import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { composeAnswer } from '../server/answers/compose-answer'
import { type Library, readLibrary } from '../server/answers/library'
import { readPassages } from '../server/answers/read-passages'
import { createSearch, type SearchLibrary } from '../server/answers/search-library'
import { exampleQuestions } from '../shared/example-questions'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('answers from the project’s own documentation', () => {
  let library: Library
  let search: SearchLibrary
  const answer = (question: string) =>
    composeAnswer(search(question), { search, files: [...library.files.keys()], suggestions: exampleQuestions })

  beforeAll(async () => {
    library = await readLibrary(root)
    search = createSearch(library.passages)
  })

  it('reads the pages that exist, each cut into passages', () => {
    expect([...library.files.keys()]).toContain('docs/design.md')
    expect(library.passages.length).toBeGreaterThan(50)
    expect(library.passages.map((passage) => passage.id)).toEqual(library.passages.map((_, index) => index))
  })

  it.each(exampleQuestions)('answers the example: %s', (question) => {
    const { findings } = search(question)
    expect(findings.length).toBeGreaterThan(0)
    expect(answer(question).length).toBeGreaterThan(300)
  })

  it('quotes the passage that explains a word, with a link that names its file and section', () => {
    const text = answer('What is an epoch?')
    expect(text).toContain('the number of a claim to produce')
    expect(text).toMatch(/\[docs\/design\.md, [^\]]+\]\(\/library\/docs\/design\.md#[\w-]+\)/)
  })

  it('quotes only text of the files', () => {
    const squeeze = (text: string) => text.replace(/ +/g, ' ')
    const sources = squeeze([...library.files.values()].join('\n'))
    const { findings } = search('What happens when the driver stops reading?')
    const quoted = findings.flatMap((finding) => finding.passages)
    expect(quoted.length).toBeGreaterThan(0)
    for (const passage of quoted) expect(sources).toContain(squeeze(passage.markdown))
  })

  it('puts the passage first whose subject is the question', () => {
    for (const [question, subject] of [
      ['What is a store?', 'A store is where the server keeps streams'],
      ['What is a driver?', '| driver / follower |'],
      ['How does the merge rule work?', 'The rows are tried in order'],
    ] as const) {
      const first = search(question)
        .findings[0]?.passages.map((passage) => passage.markdown)
        .join('\n')
      expect(first, question).toContain(subject)
    }
  })

  it('finds a section by its heading, even if all its words are common', () => {
    const search = createSearch(readPassages('guide.md', '# Guide\n\nIntro.\n\n## When not to use it\n\nFor films.'))
    expect(search('When should I not use it?').findings).toMatchObject([{ slug: 'when-not-to-use-it' }])
    expect(search('When is it?').findings).toEqual([])
  })

  it('quotes one of the pages that repeat each other for each framework, and the one in the question', () => {
    const filesOf = (question: string) => search(question).findings.map(({ file }) => file)
    const pages = filesOf('How do I stop an answer?').filter((file) =>
      /^docs\/(react|vue|svelte|solid)\.md$/.test(file),
    )
    expect(pages).toHaveLength(1)
    for (const name of ['react', 'vue', 'svelte', 'solid']) {
      expect(filesOf(`Rendered on a server with ${name}`)[0]).toBe(`docs/${name}.md`)
    }
  })

  it('reports that it found nothing, and suggests only questions it can answer', () => {
    for (const question of ['What is the capital of France?', 'Wie wird das Wetter morgen?', '???', 'the of and']) {
      const text = answer(question)
      expect(text, question).toContain(`(${library.files.size} pages), and nothing in it speaks of that`)
      expect(text, question).toContain(exampleQuestions[0])
    }
  })

  it('suggests nothing without documentation', () => {
    const search = createSearch([])
    const text = composeAnswer(search('What is an epoch?'), { search, files: [], suggestions: exampleQuestions })
    expect(text).not.toContain(exampleQuestions[0])
  })
})

describe('cutting markdown into passages', () => {
  const markdown = [
    '# Guide',
    'Intro with `code` and **weight**.',
    '## Use it',
    'Call it so:',
    '```ts\nconst a = 1\n\nconst b = 2\n```',
    '- apple\n- pear\n  - inner',
    '## Use it',
    '| word | meaning |\n|---|---|\n| tail | the end |\n| head | the start |',
    '<script>alert(1)</script>',
  ].join('\n\n')
  const passages = readPassages('guide.md', markdown)

  it('keeps code whole, list items and rows apart, and leaves raw HTML out', () => {
    expect(passages.map(({ kind, markdown: source }) => [kind, source])).toEqual([
      ['text', 'Intro with `code` and **weight**.'],
      ['text', 'Call it so:'],
      ['code', '```ts\nconst a = 1\n\nconst b = 2\n```'],
      ['text', '- apple'],
      ['text', '- pear\n  - inner'],
      ['row', '| tail | the end |'],
      ['row', '| head | the start |'],
    ])
  })

  it('gives each passage its headings and a unique anchor', () => {
    expect(passages[0]).toMatchObject({ headings: ['Guide'], slug: 'guide', text: 'Intro with code and weight.' })
    expect(passages[1]).toMatchObject({ headings: ['Guide', 'Use it'], slug: 'use-it' })
    expect(passages.at(-1)).toMatchObject({ slug: 'use-it-1', tableHead: '| word | meaning |\n|---|---|' })
  })

  it('quotes neighbouring rows as one table, and a code block with the sentence that leads to it', () => {
    const search = createSearch(passages)
    const sources = { search, files: ['guide.md'], suggestions: [] }
    expect(composeAnswer(search('tail or head meaning?'), sources)).toContain(
      '> | word | meaning |\n> |---|---|\n> | tail | the end |\n> | head | the start |',
    )
    expect(composeAnswer(search('only inner'), sources)).toContain('> pear\n> - inner')
    expect(composeAnswer(search('apple pear'), sources)).toContain('> - apple\n> - pear\n>   - inner')
    expect(composeAnswer(search('how to call?'), sources)).toContain(
      '> Call it so:\n\n```ts\nconst a = 1\n\nconst b = 2\n```',
    )
  })
})
