/** The answer of `asked`, or after `ms` a rejection with what `onLate` returns. A later answer has no effect. */
export function settleWithin<T>(ms: number, asked: PromiseLike<T>, onLate: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(onLate()), ms)
    asked.then(
      (answer) => {
        clearTimeout(timer)
        resolve(answer)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
