import { Lexer, type Token, Tokenizer, type Tokens, type TokensList } from 'marked'

/** The deepest nesting of quotes and lists, and of inline marks. Deeper markdown is shown as plain text. */
const maxDepth = 20

/** The longest text with inline marks. A longer text is shown as plain text. */
const maxMarked = 8_000

/**
 * Reads markdown with a bounded depth, so that no text overflows the stack, here or in the renderer. The work is proportional
 * to the length of the text.
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

  /** Reads the blocks alone, without their inline marks. */
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
