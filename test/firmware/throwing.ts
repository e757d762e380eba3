/** A program that throws as it starts. */

print("born broken");
throw new Error("no");
