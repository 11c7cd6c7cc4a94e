export { type AiSdkPart, type AiSdkResult, type FromAiSdkOptions, fromAiSdk } from './from-ai-sdk'
