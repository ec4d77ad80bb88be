using System.Reflection;
using System.Reflection.Emit;

namespace Flipr.EndToEnd.Tests.Architecture;

/// <summary>Which types a compiled type uses: in its signatures and in the bodies of its methods.</summary>
internal static class TypeUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodeByValue =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IEnumerable<Type> Of(Type type)
    {
        var used = new HashSet<Type>();
        Add(used, type.BaseType);
        AddAll(used, type.GetInterfaces());
        AddAll(used, type.GetFields(Declared).Select(field => field.FieldType));
        AddAll(used, type.GetCustomAttributesData().Select(attribute => attribute.AttributeType));
        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            AddAll(used, method.GetParameters().Select(parameter => parameter.ParameterType));
            Add(used, (method as MethodInfo)?.ReturnType);
            if (method.GetMethodBody() is { } body)
            {
                AddAll(used, body.LocalVariables.Select(local => local.LocalType));
                AddBody(used, method, body.GetILAsByteArray()!);
            }
        }

        used.Remove(type);
        return used;
    }

    private static void AddBody(HashSet<Type> used, MethodBase method, byte[] il)
    {
        Type[]? typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < il.Length;)
        {
            // Opcodes of two bytes begin with 0xFE.
            short value = il[at] == 0xFE ? (short)(0xFE00 | il[at + 1]) : il[at];
            OpCode code = OpCodeByValue[value];
            at += code.Size;
            switch (code.OperandType)
            {
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                    AddMember(used, method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments));
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(il, at));
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static void AddMember(HashSet<Type> used, MemberInfo? member)
    {
        Add(used, member as Type ?? member?.DeclaringType);
        if (member is FieldInfo field)
        {
            Add(used, field.FieldType);
        }

        if (member is MethodBase method)
        {
            AddAll(used, method.GetParameters().Select(parameter => parameter.ParameterType));
            Add(used, (method as MethodInfo)?.ReturnType);
            AddAll(used, method.IsGenericMethod ? method.GetGenericArguments() : []);
        }
    }

    private static void AddAll(HashSet<Type> used, IEnumerable<Type> types)
    {
        foreach (Type type in types)
        {
            Add(used, type);
        }
    }

    private static void Add(HashSet<Type> used, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(used, type.GetElementType());
        }
        else if (used.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type) || type.IsGenericType)
        {
            AddAll(used, type.GenericTypeArguments);
        }
    }
}
