package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"drive/webhooks"
)

func main() {
	cases, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(cases), "\n") {
		fields := strings.Split(line, " ")
		text := func(at int) string {
			value, err := base64.StdEncoding.DecodeString(fields[at])
			if err != nil {
				panic(err)
			}
			return string(value)
		}
		now, err := strconv.ParseInt(text(6), 10, 64)
		if err != nil {
			panic(err)
		}
		headers := map[string]string{"webhook-id": text(2), "webhook-timestamp": text(3), "webhook-signature": text(4)}
		header := func(name string) string { return headers[name] }
		good := webhooks.Verify(text(1), header, []byte(text(5)), now)
		if text(0) == "nolux" {
			good = webhooks.VerifyNolux(text(1), text(4), []byte(text(5)))
		}
		fmt.Print(map[bool]string{true: "+", false: "-"}[good])
	}
}
