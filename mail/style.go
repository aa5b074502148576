package mail

import (
	"fmt"
	"html/template"
)

// Mail clients drop style sheets, so every element carries its own style; the
// styles stand here once. Colours and tone are those of the sites.
const (
	fontText = `font-family:'BIZ UDPGothic','Hiragino Sans','Yu Gothic UI',Meiryo,'Noto Sans JP','Noto Sans CJK JP',Arial,sans-serif;`
	fontNum  = `font-family:ui-monospace,SFMono-Regular,Consolas,'Noto Sans Mono CJK JP',monospace;`
)

var styles = map[string]template.CSS{
	"page":     `margin:0;padding:0;background:#f8f8fb;`,
	"preview":  `display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;`,
	"frame":    `width:100%;max-width:600px;margin:0 auto;border-collapse:separate;`,
	"company":  fontText + `padding:0 4px 12px;font-size:15px;line-height:1.5;font-weight:bold;color:#0017c1;`,
	"card":     fontText + `background:#ffffff;border:1px solid #d8d8db;border-top:4px solid #0017c1;border-radius:10px;padding:28px 28px 24px;font-size:15px;line-height:1.8;color:#1a1a1a;overflow-wrap:anywhere;`,
	"footer":   fontText + `padding:16px 4px 0;font-size:12px;line-height:1.7;color:#767676;overflow-wrap:anywhere;`,
	"h1":       `margin:0 0 16px;font-size:20px;line-height:1.5;font-weight:bold;color:#1a1a1a;`,
	"h2":       `margin:24px 0 8px;font-size:15px;line-height:1.6;font-weight:bold;color:#1a1a1a;`,
	"p":        `margin:0 0 16px;`,
	"note":     `margin:20px 0 0;padding:12px 14px;background:#f8f8fb;border-radius:8px;font-size:13px;line-height:1.7;color:#4d4d4d;`,
	"link":     `color:#0017c1;word-break:break-all;`,
	"facts":    `width:100%;border-collapse:collapse;margin:0 0 16px;`,
	"label":    `padding:8px 14px 8px 0;border-top:1px solid #ececef;color:#767676;font-size:13px;line-height:1.7;vertical-align:top;text-align:left;font-weight:normal;width:34%;`,
	"value":    `padding:8px 0;border-top:1px solid #ececef;font-size:15px;line-height:1.6;vertical-align:top;overflow-wrap:anywhere;`,
	"number":   fontNum + `padding:8px 0;border-top:1px solid #ececef;font-size:15px;line-height:1.6;vertical-align:top;overflow-wrap:anywhere;`,
	"code":     fontNum + `margin:0 0 16px;padding:14px 16px;border:1px solid #d8d8db;border-radius:8px;background:#f8f8fb;font-size:20px;line-height:1.5;font-weight:bold;letter-spacing:1px;text-align:center;overflow-wrap:anywhere;`,
	"said":     `margin:0 0 16px;padding:10px 14px;border-left:3px solid #d8d8db;background:#f8f8fb;overflow-wrap:anywhere;`,
	"newsh2":   `margin:28px 0 10px;padding:0 0 6px;border-bottom:2px solid #e8f1fe;font-size:17px;line-height:1.5;font-weight:bold;color:#1a1a1a;`,
	"rule":     `margin:24px 0;border:0;border-top:1px solid #d8d8db;`,
	"list":     `margin:0 0 16px;padding-left:24px;`,
	"item":     `margin:0 0 6px;`,
	"reason":   `width:100%;border-collapse:separate;border-spacing:0;border:1px solid #d8d8db;border-left:5px solid #c74700;border-radius:8px;margin:0 0 14px;`,
	"title":    `padding:10px 14px;font-size:15px;line-height:1.6;font-weight:bold;text-align:left;`,
	"column":   `width:50%;padding:4px 14px;font-size:12px;line-height:1.6;color:#767676;font-weight:normal;text-align:left;`,
	"applied":  `width:50%;padding:6px 14px 10px;background:#fdeeee;vertical-align:top;overflow-wrap:anywhere;`,
	"ordered":  `width:50%;padding:6px 14px 10px;background:#e6f5ec;vertical-align:top;overflow-wrap:anywhere;`,
	"todo":     `padding:10px 14px 12px;font-size:14px;line-height:1.7;border-top:1px solid #ececef;overflow-wrap:anywhere;`,
	"button":   `display:inline-block;padding:11px 26px;background:#0017c1;border-radius:8px;color:#ffffff;font-weight:bold;font-size:15px;line-height:1.5;text-decoration:none;`,
	"buttonat": `margin:20px 0 10px;text-align:center;`,
	"url":      `margin:0 0 14px;font-size:12px;line-height:1.6;text-align:center;`,
}

// styleOf gives a style by name; a name that does not exist fails the template.
func styleOf(name string) (template.CSS, error) {
	style, ok := styles[name]
	if !ok {
		return "", fmt.Errorf("no style %q", name)
	}
	return style, nil
}
