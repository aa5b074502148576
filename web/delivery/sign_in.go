package delivery

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// maxTyped bounds what is typed as a number or password, in characters.
const maxTyped = 100

func showSignIn(v *visit) error {
	end, err := v.identify()
	if err != nil {
		return err
	}
	if end == "" {
		end = v.Query("ended")
	}
	view := views.SignIn{Next: v.Query("next")}
	switch end {
	case endedIdle:
		view.Info = v.t("delivery.sign_in.ended_idle", "minutes", ui.Number(int(v.Idle/time.Minute)))
	case endedPassword:
		view.Info = v.t("delivery.sign_in.ended_password")
	case endedSignOut:
		view.Info = v.t("delivery.sign_in.ended_out")
	}
	return v.signInPage(http.StatusOK, view)
}

func (v *visit) signInPage(status int, view views.SignIn) error {
	view.Frame = v.frame(v.page(v.t("delivery.sign_in.title")))
	if v.Request.Method != get {
		view.Here = signInAt
	}
	view.Prefix, view.Days = v.Rules.Numbers.DeliveryPrefix, v.Rules.PasswordDays
	return v.show(status, views.SignInPage(view))
}

// signIn takes delivery number and password. The answer is the same for an
// unknown number, a wrong password and one that expired, and takes as long.
func signIn(v *visit) error {
	begun := time.Now()
	if err := v.parse(); err != nil {
		return err
	}
	typed, password := strings.TrimSpace(v.PostForm("number")), strings.TrimSpace(v.PostForm("password"))
	again := views.SignIn{Number: typed, Next: v.PostForm("next")}
	if errs := checkSignIn(typed, password); len(errs) > 0 {
		again.Wrong = fieldTexts(v.language, errs)
		if len(typed) > maxTyped {
			again.Number = ""
		}
		return v.signInPage(http.StatusUnprocessableEntity, again)
	}
	limits := v.signInLimits(typed)
	if taken, err := v.Store.TakeAttempt(v.ctx(), limits[:]...); err != nil {
		return err
	} else if !taken {
		again.Problem = v.t("delivery.sign_in.limited", "minutes", ui.Number(int(signInWindow/time.Minute)))
		return v.signInPage(http.StatusTooManyRequests, again)
	}
	shipment, ok, err := v.authenticate(typed, password)
	if err != nil {
		return err
	}
	if ok {
		// Whoever knows the password had the mail: it arrived.
		if err := v.Store.ProveAddress(v.ctx(), shipment); err != nil {
			return err
		}
		return v.openSession(shipment, limits, again.Next)
	}
	again.Problem = v.t("delivery.sign_in.wrong")
	v.wait(begun)
	return v.signInPage(http.StatusUnprocessableEntity, again)
}

func checkSignIn(number, password string) []models.FieldError {
	var errs []models.FieldError
	for _, f := range []struct{ name, value string }{{"number", number}, {"password", password}} {
		if strings.TrimSpace(f.value) == "" {
			errs = append(errs, models.Field(f.name, "required"))
			continue
		}
		errs = append(errs, models.CheckLine(f.name, f.value, maxTyped)...)
	}
	return errs
}

// fieldTexts words what is wrong with fields, by field.
func fieldTexts(lang models.Language, errs []models.FieldError) map[string]string {
	wrong := make(map[string]string, len(errs))
	for _, e := range errs {
		wrong[e.Field] = texts.Field(lang, e)
	}
	return wrong
}

// authenticate says whether the password is the one that signs in to that number
// now. Where there is no such number, or its password has ended, a decoy's is derived
// and compared, so that all ways take as long.
func (v *visit) authenticate(number, password string) (models.Shipment, bool, error) {
	shipment, err := v.Store.DeliveryByNumber(v.ctx(), number)
	if models.IsKind(err, models.KindNotFound) {
		shipment = v.decoy
	} else if err != nil {
		return shipment, false, err
	}
	of, usable := shipment, v.usable(shipment)
	if !usable { // the key of a password that has ended may be gone
		of = v.decoy
	}
	right, err := v.Secrets.DeliveryPassword(of)
	if err != nil {
		return shipment, false, err
	}
	// Digests have one length, and comparing bytes of different length would not take constant time.
	given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(right))
	match := subtle.ConstantTimeCompare(given[:], want[:]) == 1
	return shipment, usable && match && shipment.ID != 0, nil
}

// openSession signs in to one delivery, instead of any other, under a new token,
// so that one planted before is worth nothing.
func (v *visit) openSession(shipment models.Shipment, counted [2]models.AttemptLimit, next string) error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionShipment, shipment.ID)
	v.sessions.Put(v.ctx(), sessionVersion, shipment.PasswordVersion)
	v.sessions.Put(v.ctx(), sessionSeen, v.Clock().Unix())
	if err := v.Store.ForgetAttempts(v.ctx(), counted[0]); err != nil {
		return err
	}
	// By client only what failed counts: several people may sit behind one address.
	if err := v.Store.TakeBackAttempt(v.ctx(), counted[1]); err != nil {
		return err
	}
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "order", shipment.OrderID, "delivery_signed_in"); err != nil {
		return err
	}
	return v.seeOther(deliveryPath(next))
}

// deliveryPath gives the path if it leads to a page behind the sign-in, else the contents.
func deliveryPath(path string) string {
	for _, route := range signedIn {
		if route.method == get && path == home+route.path {
			return path
		}
	}
	return home
}

func signOut(v *visit) error {
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.seeOther(signInAt + "?ended=" + endedSignOut)
}

// wait lets an answer go a whole number of steps after it was begun. Looking up what is there and writing what is
// asked for takes longer than finding nothing; as long as both take less than a step, which is many times longer, their
// answers leave at the same time, and on a machine so busy that they do not, mostly still. The clock is the machine's:
// it is about how long a stranger waits.
func (v *visit) wait(begun time.Time) {
	passed := time.Since(begun)
	timer := time.NewTimer(v.Floor - passed%v.Floor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-v.ctx().Done():
	}
}
