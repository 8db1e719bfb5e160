package main

import (
	"fmt"
	"math"
	"strings"
)

// checkThrottle refuses a plan of more requests per second than the stage's API takes:
// its 429s would be measured in place of the functions. Targets elsewhere do not count.
func (lt *loadTest) checkThrottle() error {
	limit := lt.stack.APIRequestsPerSecond
	if limit == 0 || lt.attack.Closed != nil {
		return nil // a closed loop plans no rate; announce says what it meets
	}
	planned := lt.attack.Schedule.PeakRate() * float64(lt.targetsOfStage()) / float64(len(lt.attack.Targets))
	if planned <= float64(limit) {
		return nil
	}
	return fmt.Errorf("-stage %[1]s: up to %[2]g requests/s are planned for its API, which takes %[3]d and answers 429 to the others: plan fewer (-rate is for each target), or raise the limit: pulumi config set moduleRequestsPerSecond %[4]g --stack %[1]s && pulumi up --stack %[1]s",
		lt.stage, planned, limit, math.Ceil(planned))
}

// targetsOfStage counts the targets that are paths of the stage's API.
func (lt *loadTest) targetsOfStage() (n int) {
	for _, t := range lt.attack.Targets {
		if strings.HasPrefix(t.URL, lt.url) {
			n++
		}
	}
	return n
}
