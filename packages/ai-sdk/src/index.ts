export { type AiSdkPart, type AiSdkResult, fromAiSdk } from './from-ai-sdk'
