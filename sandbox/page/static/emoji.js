// The shortcodes that bots and people use; an unknown one is shown as it was written.

const TABLE = `
+1 👍 -1 👎 thumbsup 👍 thumbsdown 👎 100 💯 alarm_clock ⏰ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️
arrows_counterclockwise 🔄 ballot_box_with_check ☑️ beers 🍻 bell 🔔 no_bell 🔕 black_circle ⚫ blue_heart 💙 bomb 💣
book 📖 books 📚 boom 💥 bookmark 🔖 broken_heart 💔 bug 🐛 bulb 💡 calendar 📅 chart_with_upwards_trend 📈
checkered_flag 🏁 clap 👏 clipboard 📋 clock1 🕐 cloud ☁️ coffee ☕ computer 💻 confetti_ball 🎊 construction 🚧
construction_worker 👷 cry 😢 cyclone 🌀 dart 🎯 date 📅 email 📧 envelope ✉️ eyes 👀 exclamation ❗ fire 🔥
floppy_disk 💾 gear ⚙️ gem 💎 ghost 👻 gift 🎁 globe_with_meridians 🌐 green_circle 🟢 green_heart 💚 grey_question ❔
hammer 🔨 hammer_and_wrench 🛠️ hammer_and_pick ⚒️ hand 🖐️ heart ❤️ heavy_check_mark ✔️ heavy_minus_sign ➖
heavy_multiplication_x ✖️ heavy_plus_sign ➕ hourglass ⌛ hourglass_flowing_sand ⏳ inbox_tray 📥 incoming_envelope 📨
information_source ℹ️ key 🔑 label 🏷️ large_blue_circle 🔵 large_green_circle 🟢 large_orange_circle 🟠
large_purple_circle 🟣 large_red_circle 🔴 large_yellow_circle 🟡 large_blue_square 🟦 large_green_square 🟩
link 🔗 lock 🔒 loudspeaker 📢 mag 🔍 mailbox 📫 mega 📣 memo 📝 mute 🔇 moneybag 💰 muscle 💪 new 🆕 newspaper 📰
no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 ok 🆗 ok_hand 👌 orange_circle 🟠 outbox_tray 📤 package 📦 page_facing_up 📄
paperclip 📎 palm_tree 🌴 partying_face 🥳 pencil 📝 pencil2 ✏️ point_down 👇 point_right 👉 pray 🙏 purple_circle 🟣 pushpin 📌
question ❓ raised_hands 🙌 recycle ♻️ red_circle 🔴 rewind ⏪ robot_face 🤖 rocket 🚀 rotating_light 🚨 scroll 📜
see_no_evil 🙈 shield 🛡️ ship 🚢 shrug 🤷 simple_smile 🙂 slightly_smiling_face 🙂 smile 😄 smiley 😃 snail 🐌 sob 😭
sparkles ✨ speech_balloon 💬 star ⭐ stopwatch ⏱️ sunglasses 😎 tada 🎉 thinking_face 🤔 thread 🧵 ticket 🎫 timer_clock ⏲️
tools 🛠️ traffic_light 🚥 triangular_flag_on_post 🚩 truck 🚚 twisted_rightwards_arrows 🔀 unlock 🔓 vertical_traffic_light 🚦
wastebasket 🗑️ warning ⚠️ wave 👋 white_check_mark ✅ white_circle ⚪ white_large_square ⬜ wrench 🔧 writing_hand ✍️ x ❌
yellow_circle 🟡 yellow_heart 💛 zap ⚡ zzz 💤 blush 😊 joy 😂 grin 😁 wink 😉 heart_eyes 😍 +1::skin-tone-2 👍 git 🔀
`;

const EMOJI = new Map();
const words = TABLE.trim().split(/\s+/);
for (let at = 0; at + 1 < words.length; at += 2) EMOJI.set(words[at], words[at + 1]);

/** Give the character of a shortcode without its colons, or the shortcode with them. */
export function emoji(name) {
  return EMOJI.get(name) ?? `:${name}:`;
}

/** Replace every known `:shortcode:` in plain text. */
export function withEmoji(text) {
  return String(text).replace(/:([a-z0-9_+-]+):/g, (_whole, name) => emoji(name));
}
