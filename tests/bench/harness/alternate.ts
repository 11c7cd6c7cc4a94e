/**
 * Runs the subjects in turns (A, B, A, B, …), so that the load of the machine meets all of them. Returns the samples of each.
 *
 * @param subjects what is run, by name. Each run resolves with one sample
 * @param rounds how many samples of each are kept
 * @param warmUp how many runs of each come before and are discarded. @default 1
 */
export async function alternate<Name extends string>(
  subjects: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
  warmUp = 1,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(subjects) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of names) {
      const sample = await subjects[name]()
      if (!Number.isFinite(sample)) throw new Error(`${name} measured ${sample}`)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}
