import { examplesFolder } from './support/examples-folder'

// The page's own test file, run as it stands there: it declares the cases of the kit.
await import(/* @vite-ignore */ `${examplesFolder}/react/docs-writing-a-store/prove.ts`)
