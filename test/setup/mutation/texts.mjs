/** Leaves out what is only said to people: literals with a space in them, and the arguments of errors. Tests don't pin wording. */
const shouldIgnore = ({ node }) => {
  if (node.type === 'NewExpression' && node.callee.name?.endsWith('Error')) return 'the text of an error';
  if (node.type === 'StringLiteral' && node.value.includes(' ')) return 'a text for people';
  if (node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => value.raw.includes(' ')))
    return 'a text for people';
  return undefined;
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'texts', value: { shouldIgnore } }];
