// What the build makes of the words that stand in the first view (first_words.ts).
declare module "virtual:first-words/zh" {
  const words: object;
  export default words;
}
declare module "virtual:first-words/en" {
  const words: object;
  export default words;
}
