/* What every model shares: a property with a name.
 *
 * PROPERTY(name, condition) stops the search where the condition does not hold. Replaying the trail
 * prints the name, which is how check.py knows that a broken variant broke what it should break. For a
 * broken variant it turns all properties but the expected one into IGNORED.
 */
#define PROPERTY(name, condition) \
    if \
    :: (condition) \
    :: else -> printf(#name); printf("\n"); assert(false) \
    fi
#define IGNORED(name, condition) skip
