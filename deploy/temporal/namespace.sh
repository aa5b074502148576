#!/bin/sh
# Makes todoke's namespace, or sets how long it keeps closed processes when it is there already.
# TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_RETENTION say what and where.
set -eu

tries=0
until temporal operator cluster health > /dev/null 2>&1; do
	tries=$((tries + 1))
	if [ $tries -ge 60 ]; then
		echo "Temporal at $TEMPORAL_ADDRESS does not answer" >&2
		exit 1
	fi
	sleep 1
done

# A namespace just made is not known everywhere at once: what one question finds, the next may not.
settle() {
	if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
		temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
	else
		temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
	fi
}

tries=0
until settle; do
	tries=$((tries + 1))
	if [ $tries -ge 30 ]; then
		exit 1
	fi
	sleep 1
done
