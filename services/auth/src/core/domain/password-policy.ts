/**
 * NIST SP 800-63B: no composition rules, but no password that a guesser tries early: leaked ones, leaked ones with
 * padding, repetitions, sequences, and the account's own names. The length bounds live in the request schema.
 */
export interface PasswordContext {
  /** Words of the account that a guesser knows: username, e-mail address, display name. */
  readonly personal: readonly string[];
  /** Whether the list of leaked passwords holds this one, in lower case. */
  readonly isLeaked: (lowerCased: string) => boolean;
}

const PRODUCT_NAME = 'chatplatform';
const SHORTEST_PERSONAL_WORD = 4;
const LEAST_BESIDE_PERSONAL_WORDS = 8;
const LONGEST_TRIVIAL_UNIT = 4;

/** Why the password must be refused, with the remedy; null when nothing speaks against it. */
export function passwordWeakness(password: string, context: PasswordContext): string | null {
  const folded = password.normalize('NFKC').toLowerCase();
  if (isLeakedOrPadded(folded, context.isLeaked)) {
    return 'this is, or is built on, a password known from leaks: use several unrelated words';
  }
  if (isRepetition(folded, context.isLeaked)) {
    return 'this repeats one short piece: use several unrelated words';
  }
  if (isSequence(folded)) {
    return 'this is a run of neighbouring characters: use several unrelated words';
  }
  if (leansOnPersonalWords(folded, context.personal)) {
    return 'this is mostly your own name, e-mail address or the name of this service: use unrelated words';
  }
  return null;
}

/** `Password1234!` is `password` to a guesser: what pads a leaked word counts only when it outweighs the word. */
function isLeakedOrPadded(folded: string, isLeaked: (value: string) => boolean): boolean {
  const word = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return isLeaked(folded) || (word.length * 2 >= folded.length && isLeaked(word));
}

function isRepetition(folded: string, isLeaked: (value: string) => boolean): boolean {
  const unit = smallestRepeatingUnit(folded);
  return unit.length < folded.length && (unit.length <= LONGEST_TRIVIAL_UNIT || isLeaked(unit));
}

/** The shortest prefix whose repetition, the last one possibly cut short, gives the text. */
function smallestRepeatingUnit(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const unit = text.slice(0, length);
    if (unit.repeat(Math.ceil(text.length / length)).slice(0, text.length) === text) return unit;
  }
  return text;
}

/** `abcdefgh1234`: nearly every character is its predecessor or a neighbour of it in the alphabet. */
function isSequence(folded: string): boolean {
  const codes = Array.from(folded, (character) => character.codePointAt(0) ?? 0);
  const breaks = codes.filter((code, at) => at > 0 && Math.abs(code - (codes[at - 1] ?? code)) > 1).length;
  return breaks <= folded.length / 6;
}

function leansOnPersonalWords(folded: string, personal: readonly string[]): boolean {
  const words = [...personal, PRODUCT_NAME]
    .flatMap((value) =>
      value
        .normalize('NFKC')
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u),
    )
    .filter((word) => word.length >= SHORTEST_PERSONAL_WORD);
  const rest = words.reduce((text, word) => text.replaceAll(word, ''), folded);
  return rest.length < folded.length && rest.length < LEAST_BESIDE_PERSONAL_WORDS;
}
