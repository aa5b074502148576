package models

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// commonWords are what passwords that everybody tries are made of: the words that
// come up year after year when leaked passwords are counted, and what people in
// Japan put in their place. Passwords of twelve characters are common because they
// say such words with digits, twice, or one after the other.
var commonWords = sortedByLength(strings.Fields(`
	password passwort passwd passcode secret letmein welcome login logon admin administrator root user guest test
	testing default master changeme access server system computer internet security private public office company
	windows microsoft google apple samsung android iphone facebook twitter youtube amazon yahoo oracle cisco
	qwerty qwertz azerty qazwsx qazwsxedc asdf asdfgh zxcvbn qweasd qweasdzxc adgjmptw
	iloveyou ilove lovely love loveyou sunshine princess prince angel baby babygirl honey sweet flower butterfly
	football baseball basketball soccer hockey tennis golf superman batman spiderman pokemon starwars naruto
	dragon monkey tiger shadow hunter killer ninja samurai ranger phoenix wizard magic mustang corvette ferrari
	mercedes porsche yamaha honda toyota nissan suzuki kawasaki harley
	michael michelle jessica jennifer jordan daniel charlie andrew joshua matthew thomas robert william richard
	george ashley amanda nicole hannah thunder silver golden orange banana cheese chocolate cookie pepper coffee
	summer winter spring autumn january february march april august september october november december
	monday tuesday wednesday thursday friday saturday sunday morning happy freedom whatever trustno hello
	goodbye please thankyou forever family friend friends school student teacher doctor nothing
	japan tokyo osaka kyoto nagoya sapporo fukuoka yokohama kobe hiroshima okinawa nippon nihon
	sakura himawari arigatou arigato konnichiwa ohayou sayonara daisuki aishiteru kawaii nekochan inuchan
	takahashi yamamoto watanabe nakamura kobayashi yoshida yamada sasaki yamaguchi matsumoto inoue kimura hayashi
	shimizu yamazaki ikeda hashimoto yamashita ishikawa nakajima maeda ogawa fujita okada hasegawa murakami kondo
	tanaka suzuki satou sato itou takashi hiroshi kenji keiko yuki haruka daisuke takuya masaki kazuki naoki
	finalfantasy jamesbond justinbieber ichliebedich leavemealone sonyericsson unbelievable international professional
	linkedin scandinavian motherfucker fuckyou asshole business liverpool chelsea arsenal barcelona
	hanako tarou taro ichiro pikachu doraemon totoro ghibli gundam onepiece dragonball rockyou nintendo playstation
	パスワード ぱすわーど ありがとう こんにちは さくら あいしてる だいすき にほん とうきょう おおさか てすと テスト
	ひみつ おはよう さよなら よろしく おねがいします ようこそ かいしゃ がっこう
`))

// commonRuns are keys and letters in the order in which fingers and mouths know them.
var commonRuns = []string{
	"0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890",
	"1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
	"!@#$%^&*()_+", "!\"#$%&'()=~|",
	"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
	"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
	"いろはにほへとちりぬるを",
}

// shortestRun is the length from which characters in order count as a run.
const shortestRun = 3

// A password's own characters are in no common word, no run and no repetition.
// With fewer than ownFew it is common. Up to ownSome it is where common parts of
// commonMany characters or more surround them: one other word with digits in a row
// is guessed as soon. What a generator makes has more, or next to nothing around.
const (
	ownFew     = 5
	ownSome    = 8
	commonMany = 6
)

// CommonPassword says whether a normalised password is made of what everybody
// tries first: common words, also with digits for letters; keys in a row; the same
// again and again.
func CommonPassword(password string) bool {
	lower := strings.ToLower(password)
	once := string(slices.Compact([]rune(lower))) // 112233 is 123
	for _, read := range []string{lower, unleet(lower, 'l'), unleet(lower, 'i'), once} {
		has, around := own(lettersOf(read))
		signs, inRuns := ownOf(signsOf(read))
		has, around = has+signs, around+inRuns
		if has < ownFew || has <= ownSome && around >= commonMany {
			return true
		}
	}
	return false
}

// own counts the characters of a password that are its own, and those in common
// words and runs.
func own(password string) (has, around int) {
	text := string(withoutRepeats([]rune(password)))
	for _, word := range commonWords {
		if n := strings.Count(text, word); n > 0 {
			around += n * utf8.RuneCountInString(word)
			text = strings.ReplaceAll(text, word, " ")
		}
	}
	for _, part := range strings.Fields(text) {
		own, inRuns := ownOf([]rune(part))
		has, around = has+own, around+inRuns
	}
	return has, around
}

// ownOf counts a part without its runs, each character twice at most, and the runs.
func ownOf(part []rune) (has, inRuns int) {
	var left []rune
	seen := map[rune]int{}
	for i := 0; i < len(part); {
		if n := runAt(part[i:]); n >= shortestRun {
			i, inRuns = i+n, inRuns+n
			continue
		}
		if seen[part[i]]++; seen[part[i]] <= 2 {
			left = append(left, part[i])
		}
		i++
	}
	if len(left) <= 4 && onlyDigits(left) {
		return 0, inRuns + len(left) // a year, a day, a number plate
	}
	return len(left), inRuns
}

// signsOf gives what is neither letter nor digit nor space.
func signsOf(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s))
}

func onlyDigits(s []rune) bool {
	return !slices.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// runAt gives how many characters at the beginning stand in a common order, forwards or backwards.
func runAt(s []rune) int {
	longest := 0
	for _, run := range commonRuns {
		letters := []rune(run)
		at := slices.Index(letters, s[0])
		if at < 0 {
			continue
		}
		for _, step := range []int{1, -1} {
			n := 1
			for next := at + step; n < len(s) && next >= 0 && next < len(letters) && letters[next] == s[n]; next += step {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

// withoutRepeats keeps a password's beginning where the rest says it again.
func withoutRepeats(s []rune) []rune {
	for length := 1; length <= len(s)/2; length++ {
		again := true
		for i := length; i < len(s) && again; i++ {
			again = s[i] == s[i%length]
		}
		if again {
			return s[:length]
		}
	}
	return s
}

// unleet reads the signs and digits that people put for letters; a 1 is an l or an i.
func unleet(s string, one rune) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o'
		case '1', '!', '|':
			return one
		case '3':
			return 'e'
		case '4', '@':
			return 'a'
		case '5', '$':
			return 's'
		case '7':
			return 't'
		}
		return r
	}, s)
}

// sortedByLength has longer words taken out first, so that none leaves a rest.
func sortedByLength(words []string) []string {
	slices.SortStableFunc(words, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	return slices.Compact(words)
}
