const cuts: Readonly<Record<string, string>> = {
  length: 'The model stopped at its limit of length. This is all that it wrote.',
  content_filter: 'The model withheld the rest of its answer.',
}

/** That an answer is not what the model had to say, though it is all there; `undefined` for one that is. */
export function describeFinish(finishReason: string | undefined): string | undefined {
  return finishReason !== undefined && Object.hasOwn(cuts, finishReason) ? cuts[finishReason] : undefined
}
