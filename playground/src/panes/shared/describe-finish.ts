const cuts: Readonly<Record<string, string>> = {
  length: 'The model stopped at its length limit. This is all that it wrote.',
  content_filter: 'The model withheld the rest of its answer.',
}

/** Describes why the model's answer is incomplete although all its text is here. `undefined` if it is complete. */
export function describeFinish(finishReason: string | undefined): string | undefined {
  return finishReason !== undefined && Object.hasOwn(cuts, finishReason) ? cuts[finishReason] : undefined
}
