/** The error of a writer that fails. */
export const writerError = 'the model is gone'

type Append = (text: string) => Promise<void>

const writers = new Map<string, Writer>()

/** The writer of a stream. The app's HTTP action calls it, as a real one calls a model. */
export function findWriter(streamId: string): Writer {
  const writer = writers.get(streamId) ?? createWriter()
  writers.set(streamId, writer)
  return writer
}

/** Every deployment counts its ids from the same number. */
export function forgetWriters() {
  writers.clear()
}

/** A writer that a test leads step by step. */
function createWriter() {
  const steps: ((append: Append) => Promise<boolean>)[] = []
  let wake = () => {}
  let runs = 0
  let written = ''

  /** Resolves when the step is done: `append` has stored its text. */
  function step(act: (append: Append) => Promise<boolean>): Promise<void> {
    return new Promise((resolve) => {
      steps.push(async (append) => {
        try {
          return await act(append)
        } finally {
          resolve()
        }
      })
      wake()
    })
  }

  return {
    /** How often the stream was generated. */
    get runs() {
      return runs
    },
    /** All that was appended. */
    get written() {
      return written
    },
    write: (text: string) =>
      step(async (append) => {
        written += text
        await append(text)
        return true
      }),
    finish: () => step(async () => false),
    fail: () =>
      step(async () => {
        throw new Error(writerError)
      }),
    async run(append: Append) {
      runs++
      for (let at = 0; ; at++) {
        while (at >= steps.length) await new Promise<void>((resolve) => (wake = resolve))
        if (!(await steps[at]?.(append))) return
      }
    },
  }
}

export type Writer = ReturnType<typeof createWriter>
