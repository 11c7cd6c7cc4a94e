import { examplesFolder } from './support/examples-folder'

// The test file from the page, unchanged. It declares the cases of the test kit.
await import(/* @vite-ignore */ `${examplesFolder}/react/docs-writing-a-store/prove.ts`)
