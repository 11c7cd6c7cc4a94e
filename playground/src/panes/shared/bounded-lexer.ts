import { Lexer, type Token, Tokenizer, type Tokens, type TokensList } from 'marked'

/** Quotes and lists within each other, and marks within each other. What is deeper is shown as it is written. */
const maxDepth = 20

/** Marks are looked for in a text up to this long; a longer one is shown as it is written. */
const maxMarked = 8_000

/**
 * Reads markdown with a bounded depth, so that no text overflows the stack, neither here nor in what renders it, and none
 * takes more work than is proportional to it.
 */
export class BoundedLexer extends Lexer {
  private inlineDepth = 0

  constructor() {
    super({ gfm: true, tokenizer: new BoundedTokenizer() })
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (this.inlineDepth >= maxDepth || src.length > maxMarked) {
      tokens.push({ type: 'text', raw: src, text: src, escaped: false } satisfies Tokens.Text)
      return tokens
    }
    this.inlineDepth += 1
    try {
      return super.inlineTokens(src, tokens)
    } finally {
      this.inlineDepth -= 1
    }
  }

  /** The blocks alone, whose texts are not read. */
  blocks(src: string): Token[] {
    return this.blockTokens(src, [] as unknown as TokensList)
  }
}

class BoundedTokenizer extends Tokenizer {
  private depth = 0

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.within(() => super.blockquote(src))
  }

  override list(src: string): Tokens.List | undefined {
    return this.within(() => super.list(src))
  }

  private within<Result>(read: () => Result | undefined): Result | undefined {
    if (this.depth >= maxDepth) return undefined
    this.depth += 1
    try {
      return read()
    } finally {
      this.depth -= 1
    }
  }
}
