import { describe, expect, it } from 'vitest';

import { TrainerError } from '../errors.ts';
import { chatTemplate } from './chatTemplate.ts';

const HELLO = [{ role: 'user', content: 'hello' } as const];
const render = (source: string, generate = true) =>
  chatTemplate(source, { bos_token: '<s>' }, 'test.jinja').render(HELLO, generate);

describe('chatTemplate', () => {
  it('knows messages, special tokens, and whether an answer follows', () => {
    const source =
      '{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m["content"] }}{% endfor %}{{ add_generation_prompt }}';
    expect(render(source)).toBe('<s>user:hellotrue');
    expect(render(source, false)).toBe('<s>user:hellofalse');
  });

  it('has no tools and no documents, which templates ask about in both ways', () => {
    expect(render('{% if tools is not none or documents %}some{% else %}none{% endif %}')).toBe('none');
  });

  it('knows no clock: the same messages make the same prompt on every day', () => {
    expect(render('{{ strftime_now("%Y") if strftime_now is defined else "26 Jul 2024" }}')).toBe(
      '26 Jul 2024',
    );
  });

  it('counts', () => {
    const source =
      '{% for i in range(3) %}{{ i }}{% endfor %} {% for i in range(5, 0, -2) %}{{ i }}{% endfor %}';
    expect(render(source)).toBe('012 531');
  });

  it('says what a template says, and where it stands', () => {
    expect(() => render('{{ raise_exception("only two messages") }}')).toThrow(TrainerError);
    expect(() => render('{{ raise_exception("only two messages") }}')).toThrow(
      'the chat template in test.jinja cannot render the messages: only two messages',
    );
    expect(() => render('{% for %}')).toThrow(/the chat template in test\.jinja is not valid/);
  });
});
