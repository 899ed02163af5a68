import assert from "node:assert/strict";
import { type ChatMessage, createChatTemplate } from "../../../src/tokenizer/chatTemplate";

/** ChatML, as many models have it. */
const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
/** Llama 3's: contents are trimmed, and BOS stands first. */
const llama3 =
  "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";
/** Mistral's kind: roles must take turns. */
const strict =
  "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}";

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const config = { bos_token: "<s>", eos_token: { content: "</s>", lstrip: false } };

describe("chat templates", () => {
  const cases: [name: string, template: string, messages: ChatMessage[], text: string][] = [
    [
      "ChatML, asking for an answer",
      chatml,
      [{ role: "system", content: "Be brief." }, user("Hi")],
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ],
    [
      "ChatML, with the answer there",
      chatml,
      [user("Hi"), assistant("Hello")],
      "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n",
    ],
    [
      "Llama 3, trimming",
      llama3,
      [user("  Hi \n")],
      "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ],
    ["turns", strict, [user("a"), assistant("b"), user("c")], "<s>[INST] a [/INST]b</s>[INST] c [/INST]"],
  ];
  for (const [name, template, messages, text] of cases) {
    it(`render ${name}, and say where each message stands`, () => {
      const rendered = createChatTemplate(null, { ...config, chat_template: template })?.render(messages);
      assert.equal(rendered?.text, text);
      const found = rendered.messages.map((range) => range && rendered.text.slice(range.start, range.end));
      assert.deepEqual(
        found,
        messages.map(({ content }) => content.trim()),
      );
    });
  }

  it("find a message that reads like its own role, or like the one before", () => {
    const template = createChatTemplate(chatml, null);
    const { text, messages } = template!.render([user("user"), user("user"), assistant("assistant")]);
    assert.deepEqual(
      messages.map((range) => range?.start),
      [text.indexOf("\nuser") + 1, text.lastIndexOf("\nuser") + 1, text.lastIndexOf("assistant")],
    );
  });

  it("say nothing of a message that the template does not show", () => {
    const template = createChatTemplate("{{ messages[-1]['content'] }}", null);
    assert.deepEqual(template!.render([user("first"), user("last")]).messages, [null, { start: 0, end: 4 }]);
    assert.deepEqual(template!.render([user("")]).messages, [null]);
  });

  it("come from chat_template.jinja first, then from the one named default, and may be missing", () => {
    const several = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "plain" },
    ];
    const text = (jinja: string | null, settings: unknown): string | undefined =>
      createChatTemplate(jinja, settings)?.render([user("x")]).text;
    assert.equal(text("file", { chat_template: "config" }), "file");
    assert.equal(text(null, { chat_template: several }), "plain");
    assert.equal(text(null, { chat_template: [several[0]] }), "tools");
    for (const settings of [
      null,
      {},
      [],
      { chat_template: null },
      { chat_template: [] },
      { chat_template: [3] },
    ]) {
      assert.equal(text(null, settings), undefined);
    }
  });

  const wrong: [string, string, ChatMessage[]][] = [
    ["one that is no template", "{% for %}", [user("a")]],
    ["one that ends too early", "{% for m in messages %}", [user("a")]],
    ["messages that the template refuses", strict, [assistant("a")]],
    ["one that asks for what there is not", "{{ tools.first.name() }}", [user("a")]],
    ["one of a million characters", "a".repeat(1_000_001), [user("a")]],
  ];
  for (const [what, template, messages] of wrong) {
    it(`refuse ${what}`, () => {
      assert.throws(
        () => createChatTemplate(template, config)?.render(messages),
        (error: Error & { code?: string; next?: string }) =>
          error.code === "chat-template-failed" && (error.next?.length ?? 0) > 10,
      );
    });
  }

  it("pass on what a template says of the messages", () => {
    assert.throws(() => createChatTemplate(strict, config)?.render([assistant("a")]), /roles must alternate/);
  });
});
